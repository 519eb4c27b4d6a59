//! What a person does with image and conversation.

use protocol::{Command, EndOfAnswer, Question, Stage, Turns};

use super::{ChosenFile, Readings, State, Turn, TurnImage, TurnState, benchmark};
use crate::catalogue::Example;

/// What a person does.
#[derive(Clone, Debug, PartialEq)]
pub enum TalkAct {
    /// Asks a question about the present image. It waits if model or image is not there yet. While another question is being
    /// answered it is dropped, because the button is disabled then. A benchmark that runs makes way.
    Ask(String),
    /// Stops the answer, or calls back a question that still waits.
    Stop,
    /// Clears the conversation. While a question is being answered nothing happens: the button is disabled then.
    New,
    /// Opens an image of so many bytes.
    OpenImage(ChosenFile, u64),
    /// Takes the image away, also one that is still being opened.
    RemoveImage,
    /// Puts an example's image and question in place and asks.
    Example(Example),
}

/// Does it.
pub(super) fn act(state: &mut State, act: TalkAct) {
    match act {
        TalkAct::Ask(question) => ask(state, &question),
        TalkAct::Stop => stop(state),
        TalkAct::New => new_conversation(state),
        TalkAct::OpenImage(file, n_bytes) => state.choose_image(&file, n_bytes),
        TalkAct::RemoveImage => state.remove_image(),
        TalkAct::Example(example) => {
            if state.can_show_example() {
                state.show_example(&example);
                ask(state, &example.question);
            }
        }
    }
}

fn ask(state: &mut State, question: &str) {
    if state.is_busy() {
        return;
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
    benchmark::question_asked(state);
    state.send_waiting();
}

fn stop(state: &mut State) {
    let Some(turn) = state.turns.last_mut() else { return };
    match &mut turn.state {
        TurnState::Waiting => turn.state = TurnState::Ended { end: EndOfAnswer::Stopped, timings: None },
        TurnState::Running { job, stopping, .. } => {
            *stopping = true;
            let job = *job;
            state.tell(Command::Stop { job });
        }
        TurnState::Ended { .. } | TurnState::Failed(_) => {}
    }
}

fn new_conversation(state: &mut State) {
    if state.is_busy() {
        return;
    }
    state.turns.clear();
    state.readings = Readings::default();
    state.context_image = None;
    state.context_over = false;
    state.tell(Command::NewConversation);
}

impl State {
    /// Sends the question that waits, if one does and nothing is in its way.
    pub(super) fn send_waiting(&mut self) {
        let waits = matches!(self.turns.last(), Some(Turn { state: TurnState::Waiting, .. }));
        let (true, Ok(()), Some(model)) = (waits, self.can_send(), self.model.info()) else { return };
        let settings = self.settings.for_model(model);
        let job = self.next_job();
        let is_first = self.turns.len() == 1;
        let Some(turn) = self.turns.last_mut() else { return };
        turn.turns = settings.turns;

        let image = turn.image.as_ref().map(|image| image.id);
        let another_image = self.context_image.is_some() && image != self.context_image;
        let begins = self.context_over || another_image;
        if begins {
            turn.starts_afresh = !is_first && settings.turns == Turns::FollowUp;
            self.context_over = false;
            self.context_image = None;
        }
        let already_there = settings.turns == Turns::FollowUp && image == self.context_image;
        let images = image.filter(|_| !already_there).into_iter().collect();
        let stage = if already_there || image.is_none() { Stage::Prefill } else { Stage::ImageEncoding };
        turn.state = TurnState::Running { job, stage, stopping: false };
        let question = Question { text: turn.question.clone(), images };
        self.readings = Readings { n_visual_tokens: self.readings.n_visual_tokens, ..Readings::default() };
        if begins {
            self.tell(Command::NewConversation);
        }
        self.tell(Command::Ask { job, question, settings });
    }
}
