//! How a model is loaded, which one, and where it runs.

use protocol::{BackendChoice, Command, Failure, ModelSource, StoredWeights};

use super::{ChosenFile, Effect, Loading, ModelState, Pair, Purpose, State, backend, benchmark, profile};
use crate::catalogue::BUNDLED;

/// What a person does about the model that answers.
#[derive(Clone, Debug, PartialEq)]
pub enum ModelAct {
    /// Loads the one that comes with the page.
    LoadBundled,
    /// Loads one from files.
    LoadFiles(Vec<ChosenFile>),
    /// Loads the one again that answers, or did when the worker ended.
    Reload,
    /// Chooses the machine that it runs on.
    ChooseBackend(BackendChoice),
    /// Switches the timing of kernels.
    SetProfiling(bool),
    /// Destroys the graphics device, to see what follows.
    LoseDevice,
}

/// Does it.
pub(super) fn change_model(state: &mut State, act: ModelAct) {
    match act {
        ModelAct::LoadBundled => state.load_model(Pair::Bundled),
        ModelAct::LoadFiles(files) => load_files(state, files),
        ModelAct::Reload => state.reload_model(),
        ModelAct::ChooseBackend(choice) => backend::choose(state, choice),
        ModelAct::SetProfiling(on) => profile::set_profiling(state, on),
        ModelAct::LoseDevice => state.tell(Command::LoseDevice),
    }
}

fn load_files(state: &mut State, files: Vec<ChosenFile>) {
    if state.refuses_while_busy("open the model") {
        return;
    }
    match check_files(&files) {
        Err(failure) => state.message = Some(failure),
        Ok(()) => {
            state.message = None;
            state.load_model(Pair::Files(files));
        }
    }
}

/// Checks the files that a person chose as a model, by name and number only; the worker checks their contents.
fn check_files(files: &[ChosenFile]) -> Result<(), Failure> {
    if let Some(other) = files.iter().find(|file| !file.name.to_ascii_lowercase().ends_with(".gguf")) {
        return Err(Failure {
            message: format!("“{}” is not a GGUF file.", other.name),
            remedy: "Choose files that end in .gguf: a text model and its mmproj.".into(),
        });
    }
    match files {
        [] => Err(Failure {
            message: "No file was chosen.".into(),
            remedy: "Choose a text model and its mmproj.".into(),
        }),
        [one] => Err(Failure {
            message: format!("Only “{}” was chosen; a model is a pair.", one.name),
            remedy: "Choose both files at once: the text model and its mmproj. Their order does not matter."
                .into(),
        }),
        _ => Ok(()),
    }
}

impl State {
    /// Loads a model; nothing happens if it is no longer in the store. A question that waits goes on waiting for it; a benchmark
    /// that runs rests. A worker that ended is started again: after a crash another model is what helps.
    pub(super) fn load_model(&mut self, pair: Pair) {
        let Some((title, source)) = self.title_and_source(&pair) else { return };
        self.revive();
        let job = self.next_job();
        self.other_model_asked(job, &pair);
        let previous = match std::mem::take(&mut self.model) {
            ModelState::Ready(info) => Some(info),
            ModelState::Loading(loading) => loading.previous,
            ModelState::Absent | ModelState::Failed(_) => None,
        };
        let files = pair.files().iter().map(|file| file.id).collect();
        self.model = ModelState::Loading(Loading::new(job, title, Purpose::Open(pair), previous));
        benchmark::model_loading(self);
        self.effects.push(Effect::ToWorker(Command::LoadModel { job, source }, files));
    }

    /// Loads the model again that answers, or did when the worker ended; if it is no longer in the store, the one that comes with
    /// the page.
    fn reload_model(&mut self) {
        let pair = self.pair.clone();
        let is_there = self.title_and_source(&pair).is_some();
        self.load_model(if is_there { pair } else { Pair::Bundled });
    }

    fn title_and_source(&self, pair: &Pair) -> Option<(String, ModelSource)> {
        Some(match pair {
            Pair::Bundled => {
                let at = |path: &str| format!("{}{path}", self.base);
                let source =
                    ModelSource::Own { text_url: at(BUNDLED.text_path), vision_url: at(BUNDLED.vision_path) };
                (BUNDLED.title.into(), source)
            }
            Pair::Files(files) => {
                let names: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
                let title = names.iter().find(|name| !name.contains("mmproj")).cloned().unwrap_or_default();
                (title, ModelSource::Files { names })
            }
            Pair::Stored(key) => {
                let model = self.models.stored(key)?;
                let file = |file: &download::StoredFile| StoredWeights {
                    key: file.key.clone(),
                    name: file.name.clone(),
                };
                (model.title.clone(), ModelSource::Stored { files: model.files.iter().map(file).collect() })
            }
        })
    }
}
