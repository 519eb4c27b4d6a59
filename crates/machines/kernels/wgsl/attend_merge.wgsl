// Combines the runs of `attend_split`. A workgroup for each query and head, a lane for each quad.

@group(0) @binding(0) var<storage, read> runs: array<vec4<f32>>; // (n_queries, n_query, n_runs, QUADS + 1)
@group(0) @binding(1) var<storage, read_write> y: array<vec4<f32>>; // (n_queries, n_query * QUADS)
@group(0) @binding(2) var<uniform> params: Params;

struct Params {
    n_query: u32, // query heads
    n_runs: u32,
}

const WORKGROUP = 64u;
const QUADS = HEAD_DIM / 4u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) quad: u32, @builtin(workgroup_id) group: vec3<u32>) {
    if quad >= QUADS {
        return;
    }
    let row = group.y * params.n_query + group.x;
    let first = row * params.n_runs * (QUADS + 1u);
    var greatest = runs[first + QUADS].x;
    for (var i = 1u; i < params.n_runs; i++) {
        greatest = max(greatest, runs[first + i * (QUADS + 1u) + QUADS].x);
    }
    var result = vec4(0.0);
    var sum = 0.0;
    for (var i = 0u; i < params.n_runs; i++) {
        let run = first + i * (QUADS + 1u);
        let part = runs[run + QUADS];
        let share = exp(part.x - greatest);
        result += share * runs[run + quad];
        sum += share * part.y;
    }
    y[row * QUADS + quad] = result / sum;
}
