//! Several turns: what is kept from one to the next must not change a token.

use cpu::Cpu;
use engine::{LoadedModel, load_pair};
use imaging::{Patches, PixelBounds, preprocess};
use model::backend::{Backend, Ids, Sampling};
use model::forward::text::Input;
use model::positions::Positions;
use model::prompt::{Prompt, PromptImage};
use protocol::{Command, JobId, Settings, Turns};

use crate::backend::exact;
use crate::files::{Pair, read};
use crate::host::Scripted;
use crate::talk::{Talk, follow_up, single};

const EVEN: &str = "tests/golden/images/even.png";
const TALL: &str = "tests/golden/images/tall.png";

/// A conversation in which every prompt is computed from nothing, token by token without a session.
struct FromNothing {
    b: Cpu,
    model: LoadedModel<Cpu>,
    turns: Vec<(Vec<&'static str>, &'static str, Vec<u32>)>,
}

impl FromNothing {
    fn new(pair: Pair) -> Self {
        let mut b = exact();
        let model =
            pollster::block_on(load_pair(&mut b, &Scripted::default(), JobId(0), pair.sources())).unwrap();
        Self { b, model, turns: Vec::new() }
    }

    fn patches(&self, path: &str) -> Patches {
        let pixels = imaging::decode(&read(path)).unwrap().pixels;
        let info = &self.model.info;
        let bounds = PixelBounds::from_visual_tokens(info.min_visual_tokens, info.max_visual_tokens);
        preprocess(&pixels, bounds, &self.model.vision.config.normalisation).unwrap()
    }

    fn ask(&mut self, text: &'static str, images: &[&'static str]) -> String {
        self.turns.push((images.to_vec(), text, Vec::new()));
        let mut prompt = Prompt::new(&self.model.tokenizer).unwrap();
        let mut vectors = Vec::new();
        for (i, (images, text, answer)) in self.turns.iter().enumerate() {
            let mut places = Vec::new();
            for path in images {
                let patches = self.patches(path);
                let mut pass = self.model.vision.begin(&mut self.b, &patches).unwrap();
                while self.model.vision.advance(&mut self.b, &mut pass).unwrap() {}
                vectors.push(self.model.vision.merge(&mut self.b, pass).unwrap());
                places.push(PromptImage { key: vectors.len() as u64, grid: patches.grid });
            }
            prompt.ask(&self.model.tokenizer, &places, text).unwrap();
            if i + 1 < self.turns.len() {
                prompt.answered(&self.model.tokenizer, answer).unwrap();
            }
        }
        let answer = self.greedy(&prompt, &vectors);
        let said = self.model.tokenizer.decode(&answer);
        self.turns.last_mut().unwrap().2 = answer;
        said
    }

    /// Twelve tokens, each from a pass over everything before it.
    fn greedy(&mut self, prompt: &Prompt, vectors: &[<Cpu as Backend>::Tensor]) -> Vec<u32> {
        let (b, text, tokenizer) = (&mut self.b, &self.model.text, &self.model.tokenizer);
        let images: Vec<_> = prompt.images.iter().zip(vectors).map(|((span, _), v)| (span.at, v)).collect();
        let mut ids = prompt.ids.clone();
        while ids.len() < prompt.ids.len() + 12 {
            let positions = Positions::new(ids.len(), &prompt.spans());
            let mut memory = text.memory(b).unwrap();
            let input = Input { ids: Ids::Host(&ids), positions: &positions.rows, images: &images };
            let mut pass = text.begin(b, input).unwrap();
            while text.advance(b, &mut memory, &mut pass).unwrap() {}
            let logits = text.next_logits(b, &pass).unwrap();
            let mut sampler = b.sampler(&Sampling::greedy(tokenizer.n_allowed()), &[]).unwrap();
            let token = b.sample(&logits, &mut sampler).unwrap();
            if tokenizer.stop_tokens().contains(&token) {
                break;
            }
            ids.push(token);
        }
        ids.split_off(prompt.ids.len())
    }
}

#[test]
fn follow_up_turns_give_the_tokens_of_one_prompt_computed_from_nothing() {
    for pair in [Pair::tied(), Pair::untied()] {
        let mut reference = FromNothing::new(pair.clone());
        let mut talk = Talk::with(exact(), pair);
        talk.open(1, EVEN);
        talk.open(2, TALL);
        // The second turn shows nothing new, the third brings another image, the fourth shows both again.
        let first = talk.ask("What is in the picture?", &[1], &follow_up());
        assert_eq!(first.text, reference.ask("What is in the picture?", &[EVEN]));
        let second = talk.ask("And which colour?", &[1], &follow_up());
        assert_eq!(second.text, reference.ask("And which colour?", &[]));
        let third = talk.ask("Compare it with this.", &[2], &follow_up());
        assert_eq!(third.text, reference.ask("Compare it with this.", &[TALL]));
        let fourth = talk.ask("Which one is larger?", &[1, 2], &follow_up());
        assert_eq!(fourth.text, reference.ask("Which one is larger?", &[]));
        // Only what is new was read.
        for later in [&second, &fourth] {
            assert!(later.timings.n_prefill_tokens < 30, "{}", later.timings.n_prefill_tokens);
        }
        assert_eq!([&first, &second, &third, &fourth].map(|a| a.timings.n_visual_tokens), [12, 12, 24, 24]);
        assert_eq!([&first, &second, &third, &fourth].map(|a| a.timings.n_images_encoded), [1, 0, 1, 0]);
    }
}

#[test]
fn a_single_question_sees_nothing_of_the_turns_before() {
    let fresh = || {
        let mut talk = Talk::with(exact(), Pair::tied());
        talk.open(1, EVEN);
        talk
    };
    let alone = fresh().ask("And which colour?", &[1], &single());
    let mut talk = fresh();
    let first = talk.ask("What is in the picture?", &[1], &follow_up());
    assert_eq!(talk.ask("And which colour?", &[1], &single()).said(), alone.said());
    // It began the conversation anew: what follows it sees it alone.
    let after = talk.ask("Thank you.", &[], &follow_up());
    let mut other = fresh();
    other.ask("And which colour?", &[1], &follow_up());
    assert_eq!(other.ask("Thank you.", &[], &follow_up()).said(), after.said());
    // A turn that is seen changes the answer, or this would show nothing.
    let mut talk = fresh();
    assert_eq!(talk.ask("What is in the picture?", &[1], &follow_up()).said(), first.said());
    assert_ne!(talk.ask("And which colour?", &[1], &follow_up()).text, alone.text);
}

#[test]
fn a_single_question_that_fails_leaves_the_conversation_as_it_was() {
    let mut talk = Talk::with(exact(), Pair::tied());
    talk.ask("Hello there.", &[], &follow_up());
    talk.try_ask("What is that?", &[9], &single()).unwrap_err();
    let after = talk.ask("Thank you.", &[], &follow_up());
    let mut other = Talk::with(exact(), Pair::tied());
    other.ask("Hello there.", &[], &follow_up());
    assert_eq!(other.ask("Thank you.", &[], &follow_up()).said(), after.said());
}

#[test]
fn a_new_conversation_forgets_the_turns_but_not_the_images() {
    let mut talk = Talk::with(exact(), Pair::tied());
    talk.open(1, EVEN);
    let first = talk.ask("What is in the picture?", &[1], &follow_up());
    talk.ask("And which colour?", &[1], &follow_up());
    talk.tell(Command::NewConversation);
    let again = talk.ask("What is in the picture?", &[1], &follow_up());
    assert_eq!(again.said(), first.said());
    assert_eq!(again.timings.n_images_encoded, 0);
}

#[test]
fn an_image_that_was_closed_stays_in_the_conversation_it_was_shown_in() {
    let mut talk = Talk::with(exact(), Pair::tied());
    talk.open(1, EVEN);
    talk.ask("What is in the picture?", &[1], &follow_up());
    let mut other = Talk::with(exact(), Pair::tied());
    other.open(1, EVEN);
    other.ask("What is in the picture?", &[1], &follow_up());
    other.tell(Command::CloseImage { image: protocol::ImageId(1) });
    let settings = Settings { turns: Turns::FollowUp, ..follow_up() };
    let (kept, closed) =
        (talk.ask("And which colour?", &[], &settings), other.ask("And which colour?", &[], &settings));
    assert_eq!(kept.said(), closed.said());
    assert_eq!(closed.timings.n_visual_tokens, 12);
}

#[test]
fn another_model_starts_anew_with_the_open_images() {
    let mut talk = Talk::with(exact(), Pair::tied());
    talk.open(1, EVEN);
    talk.ask("What is in the picture?", &[1], &follow_up());
    talk.load(Pair::untied().sources()).unwrap();
    let answer = talk.ask("What is in the picture?", &[1], &follow_up());
    let mut fresh = Talk::with(exact(), Pair::untied());
    fresh.open(1, EVEN);
    assert_eq!(fresh.ask("What is in the picture?", &[1], &follow_up()).said(), answer.said());
    assert_eq!(answer.timings.n_images_encoded, 1);
}
