//! Operations and bytes of the golden model, counted by hand. Text: 128 columns, 2 blocks, 4 query and 2 key heads of 32, MLP
//! 224, 1024 tokens. Vision: 96 columns, 2 blocks, 3 heads of 32, MLP 192, 128 columns out. Matrices F16, vectors F32.

use imaging::{Grid, PATCH_LEN, Patches};
use model::backend::{Backend, Ids, Shape};
use model::forward::text::Input;
use model::plan::Plan;
use model::positions::Positions;

use crate::planned;

#[test]
fn a_prompt_and_a_token_cost_what_they_cost_by_hand() {
    let (text, _) = planned();
    let mut plan = Plan::default();
    let mut memory = text.memory(&mut plan).unwrap();
    let positions = Positions::new(10, &[]);
    let input = Input { ids: Ids::Host(&[1; 10]), positions: &positions.rows, images: &[] };
    let mut pass = text.begin(&mut plan, input).unwrap();
    while text.advance(&mut plan, &mut memory, &mut pass).unwrap() {}
    assert_eq!(memory.n_tokens(), 10);
    let logits = text.next_logits(&mut plan, &pass).unwrap();
    assert_eq!(logits, Shape::new(1, 1024));

    let norms = 2 * 4 * 10 * 128;
    let projections = 2 * 10 * 128 * (128 + 64 + 64 + 128);
    let rope = 3 * 10 * (128 + 64);
    // 55 pairs of a query and a key it sees, in 4 heads.
    let attention = 55 * 4 * (4 * 32 + 4);
    let mlp = 3 * 2 * 10 * 128 * 224 + 5 * 10 * 224;
    let additions = 2 * 10 * 128;
    let block = norms + projections + rope + attention + mlp + additions;
    let head = 4 * 128 + 2 * 128 * 1024;
    assert_eq!(plan.n_flops(), 2 * block + head);

    let block_weights = 2 * 128 * (128 + 64 + 64 + 128 + 3 * 224) + 4 * (128 + 64 + 64);
    let keys_and_values = 2 * 10 * 64 * 4;
    let embedded = 10 * 128 * 2;
    assert_eq!(plan.n_bytes(), 2 * (block_weights + keys_and_values) + embedded + 1024 * 128 * 2);

    let before = plan.n_bytes();
    plan.sample(&logits, &mut ()).unwrap();
    let input = Input { ids: Ids::Sampled(&()), positions: &[[10; 3]], images: &[] };
    let mut pass = text.begin(&mut plan, input).unwrap();
    while text.advance(&mut plan, &mut memory, &mut pass).unwrap() {}
    // A token reads every weight of the blocks again, and the keys and values of all eleven tokens.
    assert_eq!(plan.n_bytes() - before, 2 * (block_weights + 2 * 11 * 64 * 4) + 128 * 2);
    memory.truncate(&mut plan, 4).unwrap();
    assert_eq!(memory.n_tokens(), 4);
    memory.truncate(&mut plan, 400).unwrap();
    assert_eq!(memory.n_tokens(), 4);
}

#[test]
fn an_image_costs_what_it_costs_by_hand_and_takes_its_place_in_the_prompt() {
    let (text, vision) = planned();
    let mut plan = Plan::default();
    let patches = Patches { grid: Grid { height: 6, width: 8 }, values: vec![0.0; 48 * PATCH_LEN] };
    let mut pass = vision.begin(&mut plan, &patches).unwrap();
    while vision.advance(&mut plan, &mut pass).unwrap() {}
    let merged = vision.merge(&mut plan, pass).unwrap();
    assert_eq!(merged, Shape::new(12, 128));

    // The two frames of a still image are folded: 588 inputs instead of 1176.
    let embedding = 2 * 48 * 588 * 96;
    let norms = 2 * 8 * 48 * 96;
    let projections = 4 * 2 * 48 * 96 * 96 + 2 * 3 * 48 * 96;
    let attention = 48 * 48 * 3 * (4 * 32 + 4);
    let mlp = 2 * 2 * 48 * 96 * 192 + 4 * 48 * 192;
    let block = norms + projections + attention + mlp + 2 * 48 * 96;
    let merger = 8 * 48 * 96 + 2 * 12 * 384 * 384 + 4 * 12 * 384 + 2 * 12 * 384 * 128;
    assert_eq!(plan.n_flops(), embedding + 2 * block + merger);

    let positions = Positions::new(14, &[]);
    let ids = [1; 14];
    let mut begin = |at: usize| {
        let images = [(at, &merged)];
        let input = Input { ids: Ids::Host(&ids), positions: &positions.rows, images: &images };
        text.begin(&mut plan, input).map(|_| ()).map_err(|e| e.to_string())
    };
    begin(2).unwrap();
    assert_eq!(begin(3).unwrap_err(), "splice: found 12 x 128 at row 3, expected rows inside 14 x 128");
}

#[test]
fn nothing_of_a_plan_reads_weights() {
    let (text, _) = planned();
    let mut plan = Plan::default();
    let memory = text.memory(&mut plan).unwrap();
    assert_eq!((plan.n_flops(), plan.n_bytes(), memory.n_tokens()), (0, 0, 0));
}
