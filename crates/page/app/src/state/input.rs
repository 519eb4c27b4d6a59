use download::Report;
use protocol::{Event, Failure, JobId, Turns};

use super::benchmark::{self, BenchmarkAct};
use super::models::{self, DeviceFacts, StoreAct};
use super::{
    ChosenFile, Effect, Field, ModelAct, State, TalkAct, View, Views, apply, change_model,
    fail_undeliverable, talk, worker_died,
};

/// What happens to the page.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// It was opened.
    Opened {
        /// The address that its own files are at, with the last slash.
        base: String,
        /// The query of its address.
        query: String,
    },
    /// A person goes to a view.
    Go(View),
    /// The tab's address became that of a view: typed, or by way of the history.
    Follow(View),
    /// A person does something about image or conversation.
    Talk(TalkAct),
    /// A person does something about the model that answers.
    Model(ModelAct),
    /// A person does something about models to fetch or in the store.
    Store(StoreAct),
    /// A person does something about the benchmark.
    Benchmark(BenchmarkAct),
    /// A person changed a number in the settings.
    Set(Field, String),
    /// A person chose whether the model sees the earlier turns.
    SetTurns(Turns),
    /// A person closed the message.
    CloseMessage,
    /// The browser could not do something.
    Fail(Failure),
    /// The browser could not do what a job needs.
    FailJob(JobId, Failure),
    /// The worker said something. The time is that of any steady clock.
    FromWorker(Event, f64),
    /// The worker ended by itself, for this reason.
    WorkerDied(String),
    /// The downloader said something. The time is that of any steady clock.
    FromDownloader(Report, f64),
    /// The downloader ended by itself, for this reason.
    DownloaderDied(String),
    /// The image of an example came.
    ExampleCame(JobId, ChosenFile),
    /// What the browser reports of the machine, and whether it keeps the store.
    Device(DeviceFacts, Option<bool>),
    /// Whether the browser keeps the store until a person clears it.
    Persistent(Option<bool>),
}

/// Takes one input. The state changes at once; what the browser's half has to do comes back, in order.
pub fn update(state: &mut State, input: Input) -> Vec<Effect> {
    match input {
        Input::Opened { base, query } => state.open_page(base, &query),
        Input::Go(view) => state.go(view),
        Input::Follow(view) => state.show(view),
        Input::Talk(act) => talk::act(state, act),
        Input::Model(act) => change_model(state, act),
        Input::Store(act) => models::act(state, act),
        Input::Benchmark(act) => benchmark::act(state, act),
        Input::Set(field, text) => state.set(field, &text),
        Input::SetTurns(turns) => state.settings.turns = turns,
        Input::CloseMessage => state.message = None,
        Input::Fail(failure) => state.message = Some(failure),
        Input::FailJob(job, failure) => apply(state, Event::Failed { job, failure }, 0.0),
        Input::FromWorker(event, now_secs) => apply(state, event, now_secs),
        Input::WorkerDied(why) => worker_died(state, &why),
        Input::FromDownloader(report, now_secs) => models::apply_report(state, report, now_secs),
        Input::DownloaderDied(why) => models::downloader_died(state, &why),
        Input::ExampleCame(job, file) => state.example_came(job, file.id),
        Input::Device(facts, is_persistent) => {
            (state.models.device, state.models.is_persistent) = (facts, is_persistent);
        }
        Input::Persistent(is_persistent) => state.models.is_persistent = is_persistent,
    }
    state.start_downloader_when_due();
    benchmark::analyse_when_due(state);
    fail_undeliverable(state);
    std::mem::take(&mut state.effects)
}

impl State {
    /// A person goes to a view.
    fn go(&mut self, view: View) {
        if self.view.current != view {
            self.effects.push(Effect::WriteAddress(view));
            self.show(view);
        }
    }

    /// Shows a view whose address the tab has.
    fn show(&mut self, view: View) {
        self.view = Views {
            current: view,
            is_models_made: self.view.is_models_made || view == View::Models,
            is_benchmark_made: self.view.is_benchmark_made || view == View::Benchmark,
        };
        self.effects.push(Effect::WriteTitle(view));
    }
}
