//! The page's one store and what can be done with it: every act goes through the reducer, then to the worker.

mod backend;
mod benchmark;
mod image;
pub(super) mod link;
mod looking;
mod model;
mod models;
mod talk;

use leptos::prelude::*;
use protocol::Failure;
use web_sys::ImageData;

use crate::state::State;
use link::Link;

/// Handle on everything the components share.
#[derive(Clone, Copy)]
pub(crate) struct Page {
    state: RwSignal<State>,
    /// The decoded image, as the worker sent it.
    pub(crate) preview: RwSignal<Option<ImageData>, LocalStorage>,
    /// The image of the benchmark's question that is looked at.
    pub(crate) benchmark_image: RwSignal<Option<ImageData>, LocalStorage>,
    /// What stands in the question field.
    pub(crate) question: RwSignal<String>,
    link: StoredValue<Link, LocalStorage>,
}

impl Page {
    pub(crate) fn new() -> Self {
        Self {
            state: RwSignal::new(State::default()),
            preview: RwSignal::new_local(None),
            benchmark_image: RwSignal::new_local(None),
            question: RwSignal::new(String::new()),
            link: StoredValue::new_local(Link::default()),
        }
    }

    /// A part of the state; what depends on it runs again only when that part changes.
    pub(crate) fn slice<T: PartialEq + Send + Sync + 'static>(
        self,
        part: impl Fn(&State) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        // Boxed, so that reading the state is compiled once for each type of part and not for each part.
        memo(self.state, Box::new(part))
    }

    /// Reads the state without depending on it.
    pub(crate) fn peek<T>(self, part: impl FnOnce(&State) -> T) -> T {
        self.state.with_untracked(part)
    }

    /// Changes the state where no command follows.
    pub(crate) fn change<T>(self, act: impl FnOnce(&mut State) -> T) -> T {
        let mut result = None;
        self.state.update(|state| result = Some(act(state)));
        if self.peek(|state| state.models.has_orders()) {
            self.send_orders();
        }
        if self.peek(|state| state.models.wants_close()) {
            self.close_stored();
        }
        // `update` always runs its closure; the page cannot go on if the runtime is gone.
        result.unwrap_or_else(|| wasm_bindgen::throw_str("the page's state is gone"))
    }

    /// Starts the worker, chooses its machine and loads the bundled model.
    pub(crate) fn start(self) {
        let base = document().base_uri().ok().flatten().unwrap_or_default();
        let path = base.split(['?', '#']).next().unwrap_or_default();
        // The last segment is the document's own.
        let base = path.rsplit_once('/').map(|(dir, _)| format!("{dir}/")).unwrap_or_default();
        self.change(|state| state.base = base);
        self.start_worker();
        self.choose_backend_of_address();
        self.load_bundled();
        self.list_runs();
    }

    /// The controls are disabled while a question is answered; a drop or a paste is not.
    pub(super) fn refuse_while_busy(self, then: &str) -> bool {
        let busy = self.peek(State::is_busy);
        if busy {
            self.show(Failure {
                message: "A question is being answered.".into(),
                remedy: format!("Wait for its end or press Stop, then {then}."),
            });
        }
        busy
    }

    /// Shows a failure until it is closed.
    pub(crate) fn show(self, failure: Failure) {
        self.change(|state| state.message = Some(failure));
    }
}

type Part<T> = Box<dyn Fn(&State) -> T + Send + Sync>;

fn memo<T: PartialEq + Send + Sync + 'static>(state: RwSignal<State>, part: Part<T>) -> Memo<T> {
    Memo::new(move |_| state.with(&part))
}

/// The page that the components share.
pub(crate) fn page() -> Page {
    expect_context()
}

/// A steady clock.
pub(crate) fn now_secs() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now() / 1000.0)
}
