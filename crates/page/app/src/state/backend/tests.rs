use protocol::{
    BackendChoice, BackendKind, Candidate, Command, EndOfAnswer, Event, JobId, ModelInfo, ModelPart, Speed,
    Standing, Turns,
};

use super::{choice_of_query, unknown_choice};
use crate::state::testing::{
    Page, answered, ask, failure, feed, images_of, job_of, load, model, pair, ready, worker_died,
};
use crate::state::{Input, ModelAct, ModelState, NotNow, Pair};

const GPU: BackendChoice = BackendChoice::Only(BackendKind::WebGpu);
const CPU: BackendChoice = BackendChoice::Only(BackendKind::Cpu);

fn measured(kind: BackendKind, gigabytes: f64) -> Candidate {
    let name = if kind == BackendKind::Cpu { "CPU (candle)" } else { "WebGPU (SwiftShader)" };
    let speed = Speed { read_bytes_per_sec: gigabytes * 1e9, flops_per_sec: gigabytes * 2e10 };
    Candidate { kind, name: name.into(), standing: Standing::Measured(speed) }
}

fn with(standing: Standing, candidate: Candidate) -> Candidate {
    Candidate { standing, ..candidate }
}

fn both() -> Vec<Candidate> {
    vec![measured(BackendKind::Cpu, 4.1), measured(BackendKind::WebGpu, 0.8)]
}

fn on_gpu() -> ModelInfo {
    ModelInfo { backend: "SwiftShader".into(), ..model("m") }
}

fn choose(page: &mut Page, choice: BackendChoice) -> Option<Command> {
    page.tell(Input::Model(ModelAct::ChooseBackend(choice))).pop()
}

#[track_caller]
fn chosen_job(command: Option<Command>) -> JobId {
    match command {
        Some(Command::ChooseBackend { job, .. }) => job,
        other => panic!("nothing was chosen: {other:?}"),
    }
}

fn chosen(job: JobId, chosen: BackendKind, model: Option<ModelInfo>) -> Event {
    Event::BackendChosen { job, chosen, candidates: both(), model }
}

fn loading(job: JobId, done: u64) -> Event {
    Event::Loading { job, part: ModelPart::Text, bytes_done: done, bytes_total: 4_000_000 }
}

/// A page whose model was measured to be faster on the CPU.
fn ready_on_cpu(turns: Turns) -> Page {
    let mut state = ready(turns);
    let job = chosen_job(choose(&mut state, BackendChoice::Measured));
    feed(&mut state, [chosen(job, BackendKind::Cpu, Some(model("m")))]);
    state
}

#[test]
fn an_address_chooses_one_of_three_and_an_unknown_one_is_said() {
    assert_eq!(choice_of_query(""), Ok(None));
    assert_eq!(choice_of_query("?debug=1"), Ok(None));
    assert_eq!(choice_of_query("?backend=cpu"), Ok(Some(CPU)));
    assert_eq!(choice_of_query("?debug=1&backend=WebGPU"), Ok(Some(GPU)));
    assert_eq!(choice_of_query("?backend=measured"), Ok(Some(BackendChoice::Measured)));
    assert_eq!(choice_of_query("?backend="), Err(String::new()));
    let unknown = choice_of_query("?backend=cuda").expect_err("no such backend");
    let said = unknown_choice(&unknown).message;
    assert!(said.contains("“cuda”") && said.contains("measured, webgpu, cpu"), "{said}");
}

#[test]
fn the_page_says_where_the_model_runs_and_why() {
    let state = ready_on_cpu(Turns::Single);
    assert_eq!(
        state.backend_why().replace('\u{a0}', " "),
        "On the CPU: it reads 4.1 GB/s of weights and computes 82 GFLOP/s, \
         where WebGPU on SwiftShader reads 0.80 GB/s and computes 16 GFLOP/s."
    );
    assert_eq!(state.backend_badge(), Some("CPU"));
}

#[test]
fn a_device_is_called_by_what_is_known_of_it() {
    let hint = |name: &str| {
        let mut state = ready_on_cpu(Turns::Single);
        let job = chosen_job(choose(&mut state, GPU));
        let candidate = Candidate { name: name.into(), ..measured(BackendKind::WebGpu, 1.0) };
        let (chosen, candidates) = (BackendKind::WebGpu, vec![candidate]);
        feed(&mut state, [Event::BackendChosen { job, chosen, candidates, model: None }]);
        state.backend.hint(GPU)
    };
    assert_eq!(hint("WebGPU (llvmpipe (LLVM 15))").as_deref(), Some("llvmpipe (LLVM 15)"));
    assert_eq!(hint("Radeon").as_deref(), Some("Radeon"));
    assert_eq!(hint("WebGPU"), None);
}

#[test]
fn what_this_browser_has_not_is_named_and_cannot_be_chosen() {
    let mut state = ready(Turns::Single);
    let job = chosen_job(choose(&mut state, BackendChoice::Measured));
    let why = "there is no WebGPU adapter (it may be switched off)";
    let gone = with(Standing::Unavailable { why: why.into() }, measured(BackendKind::WebGpu, 0.0));
    let event = Event::BackendChosen {
        job,
        chosen: BackendKind::Cpu,
        candidates: vec![measured(BackendKind::Cpu, 4.1), gone],
        model: Some(model("m")),
    };
    feed(&mut state, [event]);
    assert_eq!(state.backend_why(), format!("On the CPU. Not on WebGPU: {why}."));
    assert!(state.backend.is_unavailable(GPU));
    assert!(!state.backend.is_unavailable(CPU) && !state.backend.is_unavailable(BackendChoice::Measured));
    assert_eq!(state.backend.hint(GPU).as_deref(), Some("cannot be used here"));
    assert_eq!(state.backend.hint(CPU), None);
    let known = ready_on_cpu(Turns::Single).backend.hint(GPU);
    assert_eq!(known.as_deref(), Some("SwiftShader"));
}

#[test]
fn figures_outlive_a_choice_that_measures_nothing() {
    let mut state = ready_on_cpu(Turns::Single);
    let job = chosen_job(choose(&mut state, GPU));
    let candidates = both().into_iter().map(|it| with(Standing::NotMeasured, it)).collect();
    let event = Event::BackendChosen { job, chosen: BackendKind::WebGpu, candidates, model: Some(on_gpu()) };
    feed(&mut state, [event]);
    assert_eq!(
        state.backend_why().replace('\u{a0}', " "),
        "On WebGPU, as chosen: it reads 0.80 GB/s of weights and computes 16 GFLOP/s, \
         where the CPU reads 4.1 GB/s and computes 82 GFLOP/s."
    );

    let mut never = Page::default();
    let job = chosen_job(choose(&mut never, CPU));
    let candidates = vec![with(Standing::NotMeasured, measured(BackendKind::Cpu, 0.0))];
    feed(&mut never, [Event::BackendChosen { job, chosen: BackendKind::Cpu, candidates, model: None }]);
    assert_eq!(never.backend_why(), "On the CPU, as chosen; nothing was measured.");
}

#[test]
fn a_model_moves_and_image_and_conversation_stay() {
    let mut state = ready_on_cpu(Turns::FollowUp);
    let first = job_of(&ask(&mut state, "one"));
    feed(&mut state, [answered(first, EndOfAnswer::EndOfTurn)]);
    let job = chosen_job(choose(&mut state, GPU));
    assert_eq!((state.can_ask(), state.model.name()), (Err(NotNow::ModelMoving), "loading"));
    let said = "Changing to WebGPU. The model is loaded there; image and conversation stay.";
    assert_eq!(state.backend_why(), said);
    feed(&mut state, [loading(job, 0), loading(job, 2_000_000)]);
    let ModelState::Loading(moving) = &state.model else { panic!("{:?}", state.model) };
    assert_eq!((moving.text(0.0).as_str(), moving.title.as_str()), ("2.0 of 4.0 MB", "m"));

    feed(&mut state, [chosen(job, BackendKind::WebGpu, Some(on_gpu()))]);
    assert_eq!(state.model, ModelState::Ready(on_gpu()));
    assert_eq!(state.backend_badge(), Some("WebGPU"));
    assert_eq!((state.turns.len(), state.picture.name()), (1, Some("a.png")));
    let second = ask(&mut state, "two");
    assert!(images_of(&second).is_empty(), "the model still knows the image: {second:?}");
    assert!(!state.turns[1].starts_afresh);
}

#[test]
fn a_question_that_waits_is_asked_where_the_model_arrives() {
    let mut state = ready_on_cpu(Turns::Single);
    let job = chosen_job(choose(&mut state, GPU));
    assert!(ask(&mut state, "q").is_empty());
    let sent = feed(&mut state, [chosen(job, BackendKind::WebGpu, Some(on_gpu()))]);
    job_of(&sent);
}

#[test]
fn a_move_that_is_refused_leaves_the_model_where_it_was() {
    let mut state = ready_on_cpu(Turns::Single);
    let job = chosen_job(choose(&mut state, GPU));
    ask(&mut state, "q");
    let sent = feed(&mut state, [Event::Failed { job, failure: failure() }]);
    assert_eq!(state.model, ModelState::Ready(model("m")));
    assert_eq!(state.backend.choice, BackendChoice::Measured, "the choice in force is shown again");
    let said = "found this do that The model stays on the CPU; image and conversation are untouched.";
    assert_eq!(state.backend_why(), said);
    assert!(state.message.is_some());
    feed(&mut state, [answered(job_of(&sent), EndOfAnswer::EndOfTurn)]);
    choose(&mut state, CPU);
    assert_eq!(
        (state.message.clone(), state.backend.failure.clone()),
        (None, None),
        "another choice answers it"
    );
}

#[test]
fn a_move_that_fails_halfway_brings_the_model_back() {
    let mut state = ready_on_cpu(Turns::Single);
    let job = chosen_job(choose(&mut state, GPU));
    ask(&mut state, "q");
    let sent = feed(&mut state, [loading(job, 1), Event::Failed { job, failure: failure() }]);
    let [Command::ChooseBackend { job: back, choice: CPU }] = sent[..] else { panic!("{sent:?}") };
    assert_eq!(state.backend.choice, BackendChoice::Measured, "what a person chose is still shown");
    assert_eq!(state.has_model(), Err(NotNow::ModelMoving));
    let said = "The model is loaded again on the CPU; image and conversation are kept.";
    assert!(state.message.as_ref().is_some_and(|message| message.remedy == said), "{:?}", state.message);
    assert!(state.backend_why().ends_with(said), "{}", state.backend_why());
    feed(&mut state, [loading(back, 0), loading(back, 1_000_000)]);
    let ModelState::Loading(moving) = &state.model else { panic!("{:?}", state.model) };
    assert_eq!(moving.text(0.0), "1.0 of 4.0 MB");
    let sent = feed(&mut state, [chosen(back, BackendKind::Cpu, Some(model("m")))]);
    job_of(&sent);
    assert!(state.backend_why().starts_with("found this"), "{}", state.backend_why());
}

#[test]
fn a_model_that_cannot_be_brought_back_is_gone_until_another_choice() {
    let mut state = ready_on_cpu(Turns::Single);
    state.pair = pair(1, "m");
    let job = chosen_job(choose(&mut state, GPU));
    ask(&mut state, "q");
    let sent = feed(&mut state, [loading(job, 1), Event::Failed { job, failure: failure() }]);
    let [Command::ChooseBackend { job: back, .. }] = sent[..] else { panic!("{sent:?}") };
    assert_eq!(feed(&mut state, [Event::Failed { job: back, failure: failure() }]), []);
    assert_eq!(state.model, ModelState::Failed(failure()));
    assert_eq!(state.turns[0].end_name(), "failed");
    assert!(state.backend_why().contains("conversation are kept"), "{}", state.backend_why());
    assert!(state.lost_a_model_of_files());
    assert_eq!(state.picture.name(), Some("a.png"));
    let mut other = state.clone();
    let job = load(&mut state, Pair::Bundled);
    feed(&mut state, [Event::ModelReady { job, model: model("m") }]);
    assert_eq!(state.backend.failure, None, "there is a model again");

    // The worker kept its files: another choice brings it back.
    let job = chosen_job(choose(&mut other, CPU));
    feed(&mut other, [loading(job, 1)]);
    assert_eq!(other.can_ask(), Err(NotNow::ModelMoving));
    feed(&mut other, [chosen(job, BackendKind::Cpu, Some(model("m")))]);
    assert_eq!((other.can_ask(), other.model.name()), (Ok(()), "ready"));
}

#[test]
fn a_machine_without_room_for_one_model_can_be_chosen_for_another() {
    let mut state = ready_on_cpu(Turns::Single);
    let job = chosen_job(choose(&mut state, BackendChoice::Measured));
    let full = with(Standing::Unavailable { why: "no room".into() }, measured(BackendKind::WebGpu, 0.0));
    let candidates = vec![measured(BackendKind::Cpu, 4.1), full];
    let event = Event::BackendChosen { job, chosen: BackendKind::Cpu, candidates, model: Some(model("m")) };
    feed(&mut state, [event]);
    assert_eq!(state.backend_why(), "On the CPU. Not on WebGPU: no room.");
    assert!(!state.backend.is_unavailable(GPU));
}

#[test]
fn an_address_that_asks_for_too_much_falls_back_to_the_faster_machine_once() {
    let mut state = Page::default();
    let job = chosen_job(choose(&mut state, GPU));
    let load = load(&mut state, Pair::Bundled);
    ask(&mut state, "q");
    let sent = feed(&mut state, [Event::Started, Event::Failed { job, failure: failure() }]);
    let [Command::ChooseBackend { job: again, choice: BackendChoice::Measured }] = sent[..] else {
        panic!("{sent:?}")
    };
    assert!(state.message.as_ref().is_some_and(|said| said.remedy.contains("faster")));
    // The model is ready while the worker still chooses: no question goes to a model that is about to move.
    assert_eq!(feed(&mut state, [Event::ModelReady { job: load, model: model("m") }]), []);
    assert_eq!(state.has_model(), Err(NotNow::ModelMoving));
    let sent = feed(&mut state, [Event::Failed { job: again, failure: failure() }]);
    assert_eq!(state.has_model(), Ok(()), "one fallback, not two");
    job_of(&sent);
}

#[test]
fn one_choice_at_a_time_and_none_while_a_question_is_answered() {
    let mut state = ready_on_cpu(Turns::Single);
    let job = chosen_job(choose(&mut state, GPU));
    assert_eq!(choose(&mut state, CPU), None);
    assert_eq!(state.backend.choice, GPU);
    feed(&mut state, [chosen(job, BackendKind::WebGpu, Some(on_gpu()))]);
    ask(&mut state, "q");
    assert_eq!(choose(&mut state, CPU), None);
    assert_eq!(state.backend.choice, GPU);
}

#[test]
fn another_model_may_be_opened_while_one_moves() {
    let mut state = ready_on_cpu(Turns::Single);
    let job = chosen_job(choose(&mut state, GPU));
    let load = load(&mut state, Pair::Bundled);
    feed(&mut state, [loading(job, 1), chosen(job, BackendKind::WebGpu, Some(on_gpu()))]);
    assert_eq!(state.model.name(), "loading");
    feed(&mut state, [Event::Failed { job: load, failure: failure() }]);
    assert_eq!(state.model.name(), "failed", "the weights of the first one were gone when the second came");
}

#[test]
fn a_choice_that_is_over_changes_nothing() {
    let mut state = ready_on_cpu(Turns::Single);
    let before = state.clone();
    feed(&mut state, [chosen(JobId(999), BackendKind::WebGpu, Some(on_gpu()))]);
    assert_eq!(state, before);
}

#[test]
fn a_worker_that_died_is_told_again_what_was_wanted() {
    let mut state = ready_on_cpu(Turns::Single);
    chosen_job(choose(&mut state, GPU));
    worker_died(&mut state, "unreachable");
    assert_eq!(state.backend.choice, GPU);
    assert_eq!(choose(&mut state, CPU), None, "there is nobody to tell");
    assert_eq!(state.backend.choice, CPU);
    let commands = state.tell(Input::Model(ModelAct::Reload));
    assert!(matches!(commands[0], Command::ChooseBackend { choice: CPU, .. }), "{commands:?}");
}
