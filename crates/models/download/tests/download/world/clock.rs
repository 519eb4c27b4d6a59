use std::{
    cell::{Cell, RefCell},
    pin::Pin,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

/// Time that passes only when every task waits.
#[derive(Clone, Default)]
pub(crate) struct Clock(Rc<State>);

#[derive(Default)]
struct State {
    now: Cell<f64>,
    next_timer: Cell<u64>,
    timers: RefCell<Vec<(u64, f64, Waker)>>,
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Clock {
    pub(crate) fn now_secs(&self) -> f64 {
        self.0.now.get()
    }

    pub(crate) fn pause(&self, secs: f64) -> Timer {
        let id = self.0.next_timer.get();
        self.0.next_timer.set(id + 1);
        Timer { clock: self.clone(), id, at: None, secs }
    }

    /// Runs tasks until each is done.
    pub(crate) fn run<'a>(&self, tasks: Vec<Pin<Box<dyn Future<Output = ()> + 'a>>>) {
        let mut tasks: Vec<_> =
            tasks.into_iter().map(|task| Some((task, Arc::new(Flag(AtomicBool::new(true)))))).collect();
        while tasks.iter().any(Option::is_some) {
            let mut was_idle = true;
            for slot in &mut tasks {
                let Some((task, flag)) = slot else { continue };
                if flag.0.swap(false, Ordering::Relaxed) {
                    was_idle = false;
                    let waker = Waker::from(Arc::clone(flag));
                    if task.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
                        *slot = None;
                    }
                }
            }
            if was_idle {
                self.advance();
            }
        }
    }

    fn advance(&self) {
        let timers = self.0.timers.borrow();
        let (_, at, waker) = timers
            .iter()
            .min_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)))
            .expect("everybody waits for ever");
        self.0.now.set(self.0.now.get().max(*at));
        waker.wake_by_ref();
    }
}

pub(crate) struct Timer {
    clock: Clock,
    id: u64,
    at: Option<(f64, bool)>,
    secs: f64,
}

impl Future for Timer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let state = Rc::clone(&self.clock.0);
        let mut timers = state.timers.borrow_mut();
        match self.at {
            // Even a pause of no length lets others run first.
            Some((at, _)) if state.now.get() >= at => Poll::Ready(()),
            _ => {
                let at = self.at.map_or(state.now.get() + self.secs.max(1e-9), |(at, _)| at);
                self.at = Some((at, true));
                timers.retain(|(id, ..)| *id != self.id);
                timers.push((self.id, at, context.waker().clone()));
                Poll::Pending
            }
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.clock.0.timers.borrow_mut().retain(|(id, ..)| *id != self.id);
    }
}

/// Lets everybody else run once.
pub(crate) async fn yield_now() {
    let mut was_polled = false;
    std::future::poll_fn(|context| {
        if was_polled {
            return Poll::Ready(());
        }
        was_polled = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
