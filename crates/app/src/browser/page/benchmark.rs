use leptos::prelude::*;

use super::{Page, now_secs};
use crate::state::benchmark::acts;

impl Page {
    /// Begins a run.
    pub(crate) fn start_benchmark(self) {
        let date = js_sys::Date::new_0().to_iso_string();
        let commands = self.change(|state| acts::start(state, &String::from(date), now_secs()));
        self.send_all(commands);
    }

    /// Lets the run rest after the question at hand.
    pub(crate) fn pause_benchmark(self) {
        self.change(acts::pause);
    }

    /// Goes on.
    pub(crate) fn resume_benchmark(self) {
        let commands = self.change(|state| acts::resume(state, now_secs()));
        self.send_all(commands);
    }

    /// Ends the run.
    pub(crate) fn stop_benchmark(self) {
        let command = self.change(acts::stop);
        self.send_all(command);
    }

    /// Looks at a question that was answered.
    pub(crate) fn open_benchmark_question(self, number: u32) {
        self.benchmark_image.set(None);
        let command = self.change(|state| acts::open_question(state, number));
        self.send_all(command);
    }

    /// Looks away.
    pub(crate) fn close_benchmark_question(self) {
        self.change(acts::close_question);
        self.benchmark_image.set(None);
    }
}
