// Attention of a few queries over many cached keys. One workgroup for each query and head would leave most of a GPU idle, so
// the keys are cut into runs. A workgroup writes the unnormalised result, the greatest score and the sum of its run, and
// `attend_merge` combines them.

@group(0) @binding(0) var<storage, read> queries: array<vec4<f32>>; // (n_queries, n_query * QUADS)
@group(0) @binding(1) var<storage, read> keys: array<vec4<f32>>; // (n_keys, key_stride), from quad key_quad
@group(0) @binding(2) var<storage, read> values: array<vec4<f32>>; // (n_keys, key_stride), from quad value_quad
@group(0) @binding(3) var<storage, read_write> runs: array<vec4<f32>>; // (n_queries, n_query, n_runs, QUADS + 1)
@group(0) @binding(4) var<uniform> params: Params;

struct Params {
    n_queries: u32,
    n_keys: u32, // query i sees keys 0 ..= n_keys - n_queries + i
    n_query: u32, // query heads
    n_kv: u32,
    key_stride: u32, // quads from one key to the next
    key_quad: u32,
    value_quad: u32,
    run_keys: u32, // keys of one run
    scale: f32,
}

const WORKGROUP = 64u; // also the keys at a time: each lane scores one
const QUADS = HEAD_DIM / 4u;
const SHARES = WORKGROUP / QUADS; // for the values, a lane has one quad of every SHARES-th key
const LOWEST = -3.0e38;

var<workgroup> q: array<vec4<f32>, QUADS>;
var<workgroup> scores: array<f32, WORKGROUP>;
var<workgroup> shares: array<vec4<f32>, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) count: vec3<u32>,
) {
    let head = group.x;
    let run = group.y;
    let query = group.z;
    let kv_head = head / (params.n_query / params.n_kv);
    if lane < QUADS {
        q[lane] = queries[(query * params.n_query + head) * QUADS + lane] * params.scale;
    }
    workgroupBarrier();

    let n_seen = params.n_keys - params.n_queries + query + 1u;
    let end = min((run + 1u) * params.run_keys, n_seen);
    let quad = lane % QUADS;
    let share = lane / QUADS;
    var result = vec4(0.0);
    var greatest = LOWEST;
    var sum = 0.0;
    for (var first = run * params.run_keys; first < end; first += WORKGROUP) {
        let key = first + lane;
        var score = LOWEST;
        if key < end {
            let row = key * params.key_stride + params.key_quad + kv_head * QUADS;
            score = 0.0;
            for (var i = 0u; i < QUADS; i++) {
                score += dot(q[i], keys[row + i]);
            }
        }
        scores[lane] = score;
        workgroupBarrier();
        let before = greatest;
        for (var i = 0u; i < WORKGROUP; i++) {
            greatest = max(greatest, scores[i]);
        }
        workgroupBarrier();
        scores[lane] = exp(score - greatest);
        workgroupBarrier();
        result *= exp(before - greatest);
        sum *= exp(before - greatest);
        if share < SHARES {
            for (var i = share; i < min(WORKGROUP, end - first); i += SHARES) {
                let row = (first + i) * params.key_stride + params.value_quad + kv_head * QUADS;
                result += scores[i] * values[row + quad];
                sum += scores[i];
            }
        }
        workgroupBarrier();
    }

    shares[lane] = result;
    scores[lane] = sum;
    workgroupBarrier();
    if lane >= QUADS {
        return;
    }
    for (var i = 1u; i < SHARES; i++) {
        result += shares[i * QUADS + quad];
        sum += scores[i * QUADS];
    }
    let base = ((query * params.n_query + head) * count.y + run) * (QUADS + 1u);
    runs[base + quad] = result;
    if lane == 0u {
        runs[base + QUADS] = vec4(greatest, sum, 0.0, 0.0);
    }
}
