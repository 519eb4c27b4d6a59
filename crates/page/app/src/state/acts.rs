//! What a person does. Each act changes the state at once and gives what the worker must be told, in order.

use protocol::{
    Command, EndOfAnswer, Event, Failure, ImageId, JobId, ModelSource, Question, Stage, StoredWeights, Turns,
};

use super::{
    Loading, ModelState, Pair, Picture, Purpose, State, Turn, TurnImage, TurnState, WorkerState, apply,
    backend, benchmark, models,
};
use crate::catalogue::BUNDLED;

/// The largest image file the page hands over. The worker's own limit is in pixels and comes after decoding.
pub const MAX_IMAGE_BYTES: u64 = 256_000_000;

/// Loads a model; nothing happens if it is no longer in the store. A question that waits goes on waiting for it; a benchmark that
/// runs rests.
pub fn load_model(state: &mut State, pair: Pair) -> Option<Command> {
    let (title, source) = title_and_source(state, &pair)?;
    let job = state.next_job();
    models::other_model(state);
    let previous = match std::mem::take(&mut state.model) {
        ModelState::Ready(info) => Some(info),
        ModelState::Loading(loading) => loading.previous,
        ModelState::Absent | ModelState::Failed(_) => None,
    };
    if let Pair::Stored(key) = &pair {
        models::stored_model_asked(state, key.clone(), job);
    }
    state.model = ModelState::Loading(Loading::new(job, title, Purpose::Open(pair), previous));
    benchmark::model_loading(state);
    Some(Command::LoadModel { job, source })
}

/// Loads the model again that answers, or did when the worker ended; if it is no longer in the store, the one that comes with the
/// page.
pub fn reload_model(state: &mut State) -> Option<Command> {
    let pair = state.pair.clone();
    load_model(state, pair).or_else(|| load_model(state, Pair::Bundled))
}

fn title_and_source(state: &State, pair: &Pair) -> Option<(String, ModelSource)> {
    Some(match pair {
        Pair::Bundled => {
            let at = |path: &str| format!("{}{path}", state.base);
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
            let model = state.models.stored(key)?;
            let file = |file: &download::StoredFile| StoredWeights {
                key: file.key.clone(),
                name: file.name.clone(),
            };
            (model.title.clone(), ModelSource::Stored { files: model.files.iter().map(file).collect() })
        }
    })
}

/// Checks the files a person picked as a model, by name and number alone; their contents are the worker's matter.
pub fn check_model_files(names: &[String]) -> Result<(), Failure> {
    if let Some(other) = names.iter().find(|name| !name.to_ascii_lowercase().ends_with(".gguf")) {
        return Err(Failure {
            message: format!("“{other}” is not a GGUF file."),
            remedy: "Choose files that end in .gguf: a text model and its mmproj.".into(),
        });
    }
    match names {
        [] => Err(Failure {
            message: "No file was chosen.".into(),
            remedy: "Choose a text model and its mmproj.".into(),
        }),
        [one] => Err(Failure {
            message: format!("Only “{one}” was chosen; a model is a pair."),
            remedy: "Choose both files at once: the text model and its mmproj. Their order does not matter."
                .into(),
        }),
        _ => Ok(()),
    }
}

/// Checks an image file before its bytes are read.
pub fn check_image_size(name: &str, n_bytes: u64) -> Result<(), Failure> {
    match n_bytes {
        0 => {
            Err(Failure { message: format!("“{name}” is empty."), remedy: "Choose another file.".into() })
        }
        n if n > MAX_IMAGE_BYTES => Err(Failure {
            message: format!(
                "“{name}” has {}; an image may have up to {}.",
                crate::format::bytes(n),
                crate::format::bytes(MAX_IMAGE_BYTES)
            ),
            remedy: "Save it smaller, or as JPEG, and open that.".into(),
        }),
        _ => Ok(()),
    }
}

/// Opens a new image. The present one stays until the new one is there. The bytes are still to be read;
/// [`opening_command`] goes with them.
pub fn open_image(state: &mut State, name: &str) -> JobId {
    let (job, image) = (state.next_job(), state.next_image());
    let previous = match std::mem::take(&mut state.picture) {
        Picture::Ready(shown) => Some(shown),
        Picture::Opening { previous, .. } => previous,
        Picture::Absent => None,
    };
    state.picture = Picture::Opening { job, image, name: name.into(), previous };
    state.message = None;
    job
}

/// What goes to the worker beside the bytes of an image; `None` if the page no longer waits for it.
pub fn opening_command(state: &State, job: JobId) -> Option<Command> {
    match &state.picture {
        Picture::Opening { job: expected, image, name, .. } if *expected == job => {
            Some(Command::OpenImage { job, image: *image, name: name.clone() })
        }
        _ => None,
    }
}

/// Takes the image away, also one that is still being opened.
pub fn remove_image(state: &mut State) -> Vec<Command> {
    let shown = state.picture.shown().map(|shown| shown.info.image);
    let mut images: Vec<ImageId> = shown.into_iter().chain(state.picture.id()).collect();
    images.dedup();
    state.picture = Picture::Absent;
    state.readings.n_visual_tokens = None;
    images.into_iter().map(|image| Command::CloseImage { image }).collect()
}

/// Asks a question about the present image. It waits where the model or the image is not there yet; a question that
/// is asked while another is being answered is dropped, because the button is disabled then. A benchmark that runs
/// makes way.
pub fn ask(state: &mut State, question: &str) -> Vec<Command> {
    if state.is_busy() {
        return Vec::new();
    }
    let image =
        state.picture.id().map(|id| TurnImage { id, name: state.picture.name().unwrap_or_default().into() });
    state.last_turn += 1;
    let turn = Turn {
        id: state.last_turn,
        question: question.trim().into(),
        image,
        starts_afresh: false,
        is_rebuilt: false,
        turns: state.settings.turns,
        answer: String::new(),
        state: TurnState::Waiting,
    };
    state.turns.push(turn);
    state.message = None;
    let call_back = benchmark::question_asked(state);
    call_back.into_iter().chain(send_waiting(state)).collect()
}

/// Sends the question that waits, if one does and nothing is in its way.
pub(super) fn send_waiting(state: &mut State) -> Vec<Command> {
    let waits = matches!(state.turns.last(), Some(Turn { state: TurnState::Waiting, .. }));
    let (true, Ok(()), Some(model)) = (waits, state.can_send(), state.model.info()) else {
        return Vec::new();
    };
    let settings = state.settings.for_model(model);
    let job = state.next_job();
    let is_first = state.turns.len() == 1;
    let Some(turn) = state.turns.last_mut() else { return Vec::new() };
    turn.turns = settings.turns;

    let mut commands = Vec::new();
    let image = turn.image.as_ref().map(|image| image.id);
    let another_image = state.context_image.is_some() && image != state.context_image;
    if state.context_over || another_image {
        commands.push(Command::NewConversation);
        turn.starts_afresh = !is_first && settings.turns == Turns::FollowUp;
        state.context_over = false;
        state.context_image = None;
    }
    let already_there = settings.turns == Turns::FollowUp && image == state.context_image;
    let images = image.filter(|_| !already_there).into_iter().collect();
    let stage = if already_there || image.is_none() { Stage::Prefill } else { Stage::ImageEncoding };
    turn.state = TurnState::Running { job, stage, stopping: false };
    state.readings =
        super::Readings { n_visual_tokens: state.readings.n_visual_tokens, ..Default::default() };
    commands.push(Command::Ask { job, question: Question { text: turn.question.clone(), images }, settings });
    commands
}

/// Stops the answer, or calls back a question that still waits.
pub fn stop(state: &mut State) -> Option<Command> {
    let turn = state.turns.last_mut()?;
    match &mut turn.state {
        TurnState::Waiting => {
            turn.state = TurnState::Ended { end: EndOfAnswer::Stopped, timings: None };
            None
        }
        TurnState::Running { job, stopping, .. } => {
            *stopping = true;
            Some(Command::Stop { job: *job })
        }
        TurnState::Ended { .. } | TurnState::Failed(_) => None,
    }
}

/// Clears the conversation. While a question is being answered nothing happens: the button is disabled then.
pub fn new_conversation(state: &mut State) -> Option<Command> {
    if state.is_busy() {
        return None;
    }
    state.turns.clear();
    state.readings = super::Readings::default();
    state.context_image = None;
    state.context_over = false;
    Some(Command::NewConversation)
}

/// The worker ended by itself. The conversation stays on the page.
pub fn worker_died(state: &mut State, why: &str) {
    let failure = Failure {
        message: format!("The model has stopped working: {why}"),
        remedy: "Restart it; the conversation stays here. If it happens again, lower the detail or try a smaller model."
            .into(),
    };
    if let Some(turn) = state.turns.last_mut()
        && !turn.is_over()
    {
        turn.state = TurnState::Failed(Failure {
            message: "The model stopped working.".into(),
            remedy: "Restart it and ask again.".into(),
        });
    }
    state.picture.fall_back();
    benchmark::worker_died(state);
    backend::worker_died(state);
    state.rebuilding = None;
    state.vision = Default::default();
    // What was asked for last comes back, even if it had not come yet.
    if let ModelState::Loading(Loading { purpose: Purpose::Open(pair), .. }) = &state.model {
        state.pair = pair.clone();
    }
    models::worker_died(state);
    state.worker = WorkerState::Died;
    state.model = ModelState::Failed(failure.clone());
    state.readings.break_off();
    state.message = Some(failure);
    state.context_over = true;
    state.context_image = None;
}

/// What can go to the worker. While it is down nothing can: a job fails at once and says what to do, since nobody would ever
/// end it.
pub fn deliverable(state: &mut State, command: Command) -> Option<Command> {
    if state.worker != WorkerState::Died {
        return Some(command);
    }
    if let Some(job) = job_of(&command) {
        let failure = Failure {
            message: "The model has stopped working, and nothing can be opened without it.".into(),
            remedy: "Restart it, then try again.".into(),
        };
        let said = state.message.take();
        // Nothing that follows from a failure could be sent either.
        apply(state, Event::Failed { job, failure }, 0.0);
        // Why the worker ended says more, as long as it is on view.
        state.message = said.or(state.message.take());
    }
    None
}

/// The job that a command begins.
fn job_of(command: &Command) -> Option<JobId> {
    match command {
        Command::ChooseBackend { job, .. }
        | Command::LoadModel { job, .. }
        | Command::OpenImage { job, .. }
        | Command::Ask { job, .. }
        | Command::OpenBenchmark { job, .. }
        | Command::AnswerBenchmark { job, .. }
        | Command::ShowBenchmarkImage { job, .. }
        | Command::Runs { job, .. } => Some(*job),
        Command::CloseImage { .. }
        | Command::Stop { .. }
        | Command::NewConversation
        | Command::LoseDevice
        | Command::SetProfiling { .. } => None,
    }
}

/// A new worker is on its way; the model is to be loaded and the image to be opened again.
pub fn worker_restarts(state: &mut State) {
    state.worker = WorkerState::Starting;
    state.message = None;
}
