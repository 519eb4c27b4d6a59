use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use anyhow::Result;

/// A server on another origin that answers any page and records every request.
pub struct OtherOrigin {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl OtherOrigin {
    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// If no port is free.
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let asked = Arc::new(Mutex::new(Vec::new()));
        let ended = Arc::new(AtomicBool::new(false));
        let (list, end) = (Arc::clone(&asked), Arc::clone(&ended));
        let thread = thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                if end.load(Ordering::Relaxed) {
                    break;
                }
                let list = Arc::clone(&list);
                // Each on its own thread: a browser opens connections before it needs them and sends nothing on them.
                thread::spawn(move || {
                    let line = answer(&connection).unwrap_or_else(|error| format!("a connection ({error})"));
                    list.lock().unwrap_or_else(PoisonError::into_inner).push(line);
                });
            }
        });
        Ok(Self { address, asked, ended, thread: Some(thread) })
    }

    /// `http://127.0.0.1:41234`
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// First lines of the requests that arrived so far.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for OtherOrigin {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // One more connection, so that the thread looks at the flag.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Reads the head of a request, allows everything, and returns the first line.
fn answer(mut connection: &TcpStream) -> Result<String> {
    let mut lines = BufReader::new(connection).lines();
    let first = lines.next().transpose()?.unwrap_or_else(|| "a connection that said nothing".to_owned());
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let script = "export default 1;";
    write!(
        connection,
        "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nAccess-Control-Allow-Headers: *\r\n\
         Content-Type: text/javascript\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{script}",
        script.len()
    )?;
    Ok(first)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn whoever_asks_is_answered_and_written_down() {
        let other = OtherOrigin::start().unwrap();
        assert_eq!(other.asked(), [""; 0]);
        let mut stream = TcpStream::connect(other.address).unwrap();
        write!(stream, "GET /probe HTTP/1.1\r\nHost: here\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("export default 1;"), "{answer}");
        while other.asked().is_empty() {
            thread::yield_now();
        }
        assert_eq!(other.asked(), ["GET /probe HTTP/1.1"]);
    }
}
