use bench::Selection;
use leptos::prelude::*;
use protocol::{Command, Failure};
use web_sys::{File, Url};

use super::{Page, now_secs};
use crate::state::State;
use crate::state::benchmark::{DataKind, acts, data, kept};

/// What a person does, and what the worker is told for it.
type Act = Box<dyn FnOnce(&mut State) -> Vec<Command>>;

impl Page {
    /// Does something after which the worker may have to be told. Boxed, so that this is compiled once.
    fn tell(self, act: Act) {
        let commands = self.change(act);
        self.send_all(commands);
    }

    /// Begins a run.
    pub(crate) fn start_benchmark(self) {
        let date = String::from(js_sys::Date::new_0().to_iso_string());
        // Enough to tell runs apart that began in the same second.
        let salt = ((js_sys::Math::random() * 1e9) as u32).to_string();
        self.tell(Box::new(move |state| acts::start(state, &date, &salt, now_secs())));
    }

    /// Lets the run rest after the question at hand.
    pub(crate) fn pause_benchmark(self) {
        self.change(acts::pause);
    }

    /// Goes on.
    pub(crate) fn resume_benchmark(self) {
        self.tell(Box::new(|state| acts::resume(state, now_secs())));
    }

    /// Ends the run.
    pub(crate) fn stop_benchmark(self) {
        self.tell(Box::new(|state| acts::stop(state).into_iter().collect()));
    }

    /// Looks at a question that was answered.
    pub(crate) fn open_benchmark_question(self, number: u32) {
        self.benchmark_image.set(None);
        self.tell(Box::new(move |state| acts::open_question(state, number)));
    }

    /// Looks away.
    pub(crate) fn close_benchmark_question(self) {
        self.change(acts::close_question);
        self.benchmark_image.set(None);
    }

    /// Chooses where questions come from.
    pub(crate) fn choose_data(self, kind: DataKind) {
        self.tell(Box::new(move |state| data::choose_kind(state, kind)));
    }

    /// Chooses which questions of a file are asked.
    pub(crate) fn choose_selection(self, change: &dyn Fn(&mut Selection)) {
        let mut selection = self.peek(|state| state.benchmark.choice.selection);
        change(&mut selection);
        self.tell(Box::new(move |state| data::choose_selection(state, selection)));
    }

    /// Opens a data set's file.
    pub(crate) fn open_data_file(self, file: File) {
        if !self.peek(|state| state.benchmark.stage.can_start()) {
            return;
        }
        if let Some(file) = self.hold(vec![file]).pop() {
            self.tell(Box::new(move |state| data::choose_file(state, file)));
        }
    }

    /// Opens a data set at an address, which may be relative to the page's.
    pub(crate) fn open_data_address(self, address: &str) {
        let base = document().base_uri().ok().flatten().unwrap_or_default();
        let origin = window().location().origin().unwrap_or_default();
        match Url::new_with_base(address.trim(), &base) {
            Ok(url) if url.origin() == origin && !address.trim().is_empty() => {
                let url = url.href();
                self.tell(Box::new(move |state| data::choose_address(state, &url)));
            }
            _ => self.change(|state| {
                state.benchmark.choice.failure = Some(Failure {
                    message: "This is no address on this page’s own host.".into(),
                    remedy: format!(
                        "Give one that begins with {origin}/, or download the file and choose it."
                    ),
                });
            }),
        }
    }

    /// Asks which runs are kept.
    pub(super) fn list_runs(self) {
        self.tell(Box::new(|state| vec![kept::list(state)]));
    }

    /// Shows a kept run.
    pub(crate) fn open_run(self, id: String) {
        self.tell(Box::new(move |state| kept::open(state, &id)));
    }

    /// Names a kept run.
    pub(crate) fn rename_run(self, id: String, name: String) {
        self.tell(Box::new(move |state| vec![kept::rename(state, &id, &name)]));
    }

    /// Forgets a kept run.
    pub(crate) fn delete_run(self, id: String) {
        self.tell(Box::new(move |state| kept::delete(state, &id)));
    }
}
