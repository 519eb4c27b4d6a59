// Draws a token from softmax(logits / temperature), cut to the top_k likeliest and to the smallest set with top_p of the
// probability. Nothing is sorted. The cut is a threshold; a histogram in workgroup memory finds it one byte of the logit at a
// time, and equal logits at the threshold all stay. Among the tokens that reach it, the one with the greatest
// logit / temperature + Gumbel noise is drawn, which has the distribution of softmax (Gumbel 1954).

@group(0) @binding(0) var<storage, read> logits: array<f32>; // (n_vocab)
@group(0) @binding(1) var<storage, read_write> used: array<u32>; // (n_vocab/32): one bit for each token
@group(0) @binding(2) var<storage, read_write> tokens: array<u32>; // (token + 1 or more)
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
    n_allowed: u32, // ids at and above are never picked
    token: u32,
    top_k: u32, // 0 keeps all
    seed_low: u32,
    seed_high: u32,
    step: u32, // how many tokens were drawn before: with the seed, it selects the random numbers
    penalty: f32,
    temperature: f32,
    top_p: f32, // 1 keeps all
}

const WORKGROUP = 256u;
alias Summand = f32;
// A probability of 1 in fixed point. Probabilities are added as integers, so the order of the sum does not matter.
const ONE = 2147483648.0;

var<workgroup> histogram: array<atomic<u32>, 256>;
var<workgroup> chosen: vec2<u32>;

@compute @workgroup_size(WORKGROUP)
fn main(lane: Lane) {
    var best = Candidate(-3.4e38, 0u);
    for (var id = lane.index; id < params.n_allowed; id += WORKGROUP) {
        best = better(best, Candidate(scaled_logit(id), id));
    }
    let greatest = workgroup_greatest(best, lane.index).value;

    var threshold = 0u;
    if params.top_k > 0u {
        threshold = reached_by(params.top_k, 0.0, 0.0, lane.index);
    }
    if params.top_p < 1.0 {
        var sum = 0.0;
        for (var id = lane.index; id < params.n_allowed; id += WORKGROUP) {
            sum += exp(scaled_logit(id) - greatest);
        }
        let share = ONE / workgroup_sum(sum, lane);
        threshold = max(threshold, reached_by(u32(params.top_p * ONE), greatest, share, lane.index));
    }

    best = Candidate(-3.4e38, 0u);
    for (var id = lane.index; id < params.n_allowed; id += WORKGROUP) {
        let logit = scaled_logit(id);
        if key(logit) >= threshold {
            best = better(best, Candidate(logit + gumbel(id), id));
        }
    }
    best = workgroup_greatest(best, lane.index);
    if lane.index == 0u {
        take(best.id);
    }
}

fn scaled_logit(id: u32) -> f32 {
    return penalised_logit(id) / params.temperature;
}

// An integer that has the same order as the logit.
fn key(logit: f32) -> u32 {
    let bits = bitcast<u32>(logit);
    return select(bits | 0x80000000u, ~bits, bits >= 0x80000000u);
}

// The greatest key such that it and all keys above it weigh at least `target_weight`. A token weighs its probability, or 1 if
// `share` is 0.
fn reached_by(target_weight: u32, greatest: f32, share: f32, lane: u32) -> u32 {
    var above = 0u; // the bytes decided so far
    var missing = target_weight;
    for (var shift = 24i; shift >= 0i; shift -= 8i) {
        atomicStore(&histogram[lane], 0u);
        workgroupBarrier();
        for (var id = lane; id < params.n_allowed; id += WORKGROUP) {
            let logit = scaled_logit(id);
            let bytes = key(logit) >> u32(shift);
            if bytes >> 8u == above {
                let weight = select(u32(exp(logit - greatest) * share + 0.5), 1u, share == 0.0);
                atomicAdd(&histogram[bytes & 255u], weight);
            }
        }
        workgroupBarrier();
        if lane == 0u {
            var byte = 255u;
            var left = missing;
            for (; byte > 0u; byte--) {
                let weight = atomicLoad(&histogram[byte]);
                if weight >= left {
                    break;
                }
                left -= weight;
            }
            chosen = vec2(byte, left);
        }
        let decided = workgroupUniformLoad(&chosen);
        above = (above << 8u) | decided.x;
        missing = decided.y;
    }
    return above;
}

// Gumbel noise from a hash of token, step and seed: -log(e), where e = -log(1 - v) is exponential for v uniform in (0, 1).
//
// A token wins by large noise, which comes from small v, so small v must keep their digits. 23 bits and a half are exact in
// an f32, and never 0 or 1; 24 bits and a half would round up to 1. WGSL lets log be wrong by 2^-21 near 1, which is more than the
// smallest v: there the series of the logarithm takes its place.
fn gumbel(id: u32) -> f32 {
    let bits = hash(id ^ hash(params.step ^ hash(params.seed_low ^ hash(params.seed_high))));
    let v = (f32(bits >> 9u) + 0.5) * (1.0 / 8388608.0);
    let series = v * (1.0 + v * (1.0 / 2.0 + v * (1.0 / 3.0 + v * (1.0 / 4.0))));
    return -log(select(-log(1.0 - v), series, v < 1.0 / 64.0));
}

// PCG's output function on one step of its generator (Jarzynski and Olano 2020).
fn hash(number: u32) -> u32 {
    let state = number * 747796405u + 2891336453u;
    let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    return (word >> 22u) ^ word;
}
