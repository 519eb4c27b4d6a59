use imaging::{Grid, MERGE, PATCH_LEN, Patches};
use model::backend::{BackendError, Ids};
use model::forward::text::{Input, TextModel};
use model::forward::vision::VisionModel;
use model::plan::Plan;
use protocol::{BackendKind, Speed};

/// What a typical question costs: an image of at most 256 visual tokens (448 x 448 pixels), 44 tokens of words around it, an
/// answer of 50 tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Work {
    /// Operations before the first token of the answer.
    pub n_flops: f64,
    /// Bytes read for all tokens of the answer.
    pub n_read_bytes: f64,
}

const N_VISUAL_TOKENS: u32 = 256;
const N_WORD_TOKENS: usize = 44;
const N_ANSWER_TOKENS: usize = 50;

impl Work {
    /// That of the model that comes with the page, for a choice that is made before any model is loaded.
    pub const BUNDLED: Self = Self { n_flops: 9.0e8, n_read_bytes: 1.5e8 };

    /// Counts both halves of a model whose images become at most so many visual tokens.
    pub(crate) fn of(
        text: &TextModel<Plan>,
        vision: &VisionModel<Plan>,
        max_visual_tokens: u32,
    ) -> Result<Self, BackendError> {
        let side = MERGE * N_VISUAL_TOKENS.min(max_visual_tokens).isqrt() as usize;
        let grid = Grid { height: side, width: side };
        let mut plan = Plan::default();
        let patches = Patches { grid, values: vec![0.0; grid.n_patches() * PATCH_LEN] };
        let mut pass = vision.begin(&mut plan, &patches)?;
        while vision.advance(&mut plan, &mut pass)? {}
        vision.merge(&mut plan, pass)?;

        let n_tokens = grid.n_visual_tokens() + N_WORD_TOKENS;
        let (ids, positions) = (vec![0; n_tokens], vec![[0; 3]; n_tokens]);
        let mut memory = text.memory(&mut plan)?;
        let input = Input { ids: Ids::Host(&ids), positions: &positions, images: &[] };
        let mut pass = text.begin(&mut plan, input)?;
        while text.advance(&mut plan, &mut memory, &mut pass)? {}
        let n_flops = plan.n_flops();

        let mut answer = Plan::default();
        let input = Input { ids: Ids::Host(&[0]), positions: &[[0; 3]], images: &[] };
        let mut pass = text.begin(&mut answer, input)?;
        while text.advance(&mut answer, &mut memory, &mut pass)? {}
        text.next_logits(&mut answer, &pass)?;
        let n_read_bytes = answer.n_bytes() * N_ANSWER_TOKENS as u64;
        Ok(Self { n_flops: n_flops as f64, n_read_bytes: n_read_bytes as f64 })
    }

    /// How long a machine of this speed takes.
    pub fn secs_at(&self, speed: Speed) -> f64 {
        self.n_flops / speed.flops_per_sec + self.n_read_bytes / speed.read_bytes_per_sec
    }

    /// Which of the machines takes the least time; the first of equals.
    pub fn quickest(&self, speeds: &[(BackendKind, Speed)]) -> Option<BackendKind> {
        let by_time = |a: &&(BackendKind, Speed), b: &&(BackendKind, Speed)| {
            self.secs_at(a.1).total_cmp(&self.secs_at(b.1))
        };
        speeds.iter().min_by(by_time).map(|(kind, _)| *kind)
    }
}
