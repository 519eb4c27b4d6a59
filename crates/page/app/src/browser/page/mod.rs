//! The page's one store: what happens goes through [`update`], and what follows is done in `effects`.

mod effects;
mod files;
mod link;

use leptos::prelude::*;
use web_sys::ImageData;

use crate::state::benchmark::BenchmarkAct;
use crate::state::models::StoreAct;
use crate::state::{Failure, Input, ModelAct, State, TalkAct, update};
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

    /// Takes what happened, and does what follows.
    pub(crate) fn input(self, input: Input) {
        self.input_with(input, &js_sys::Array::new());
    }

    /// The same, with the bytes that came beside it.
    fn input_with(self, input: Input, bulk: &js_sys::Array) {
        let effects = self.state.try_update(|state| update(state, input)).unwrap_or_default();
        for effect in effects {
            self.carry_out(effect, bulk);
        }
        self.let_go();
    }

    /// A person does something about image or conversation.
    pub(crate) fn talk(self, act: TalkAct) {
        self.input(Input::Talk(act));
    }

    /// A person does something about the model that answers.
    pub(crate) fn model(self, act: ModelAct) {
        self.input(Input::Model(act));
    }

    /// A person does something about models to fetch or in the store.
    pub(crate) fn store(self, act: StoreAct) {
        self.input(Input::Store(act));
    }

    /// A person does something about the benchmark.
    pub(crate) fn benchmark(self, act: BenchmarkAct) {
        self.input(Input::Benchmark(act));
    }

    /// Shows a failure until it is closed.
    pub(crate) fn show(self, failure: Failure) {
        self.input(Input::Fail(failure));
    }

    /// Starts the page.
    pub(crate) fn start(self) {
        let base = document().base_uri().ok().flatten().unwrap_or_default();
        let path = base.split(['?', '#']).next().unwrap_or_default();
        // The last segment is the document's own.
        let base = path.rsplit_once('/').map(|(dir, _)| format!("{dir}/")).unwrap_or_default();
        let query = window().location().search().unwrap_or_default();
        self.input(Input::Opened { base, query });
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
