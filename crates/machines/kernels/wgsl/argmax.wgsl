// The likeliest token, after the repetition penalty. It stays on the device, in `tokens[token]`.

@group(0) @binding(0) var<storage, read> logits: array<f32>; // (n_vocab)
@group(0) @binding(1) var<storage, read_write> used: array<u32>; // (n_vocab/32): one bit for each token
@group(0) @binding(2) var<storage, read_write> tokens: array<u32>; // (token + 1 or more)
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
    n_allowed: u32, // ids at and above are never picked
    token: u32,
    penalty: f32,
}

const WORKGROUP = 256u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
    // A NaN compares false with everything, so it is never picked. If all logits are NaN, token 0 is.
    var best = Candidate(-3.4e38, 0u);
    for (var id = lane; id < params.n_allowed; id += WORKGROUP) {
        best = better(best, Candidate(penalised_logit(id), id));
    }
    best = workgroup_greatest(best, lane);
    if lane == 0u {
        take(best.id);
    }
}
