// Rotates queries and keys, and appends keys and values to the cache: everything between the three projections and attention.
// A lane for each pair of columns, i and i + dim/2 of one head.

@group(0) @binding(0) var<storage, read> q: array<f32>; // (rows, n_query, dim)
@group(0) @binding(1) var<storage, read> k: array<f32>; // (rows, n_kv, dim)
@group(0) @binding(2) var<storage, read> v: array<f32>; // (rows, n_kv, dim)
@group(0) @binding(3) var<storage, read> cosines: array<f32>; // (rows, dim/2)
@group(0) @binding(4) var<storage, read> sines: array<f32>; // (rows, dim/2)
@group(0) @binding(5) var<storage, read_write> queries: array<f32>; // (rows, n_query, dim)
@group(0) @binding(6) var<storage, read_write> cache: array<f32>; // (capacity, 2, n_kv * dim): keys, values
@group(0) @binding(7) var<uniform> params: Params;

struct Params {
    rows: u32,
    n_query: u32,
    n_kv: u32,
    dim: u32,
    n_past: u32, // rows already in the cache
}

const WORKGROUP = 128u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32, group: Group) {
    let n_pairs = params.dim / 2u;
    let n_heads = params.n_query + 2u * params.n_kv;
    let pair = group_index(group) * WORKGROUP + lane;
    if pair >= params.rows * n_heads * n_pairs {
        return;
    }
    let i = pair % n_pairs;
    let head = pair / n_pairs % n_heads;
    let row = pair / n_pairs / n_heads;
    let c = cosines[row * n_pairs + i];
    let s = sines[row * n_pairs + i];
    let in_cache = ((params.n_past + row) * 2u * params.n_kv + head - params.n_query) * params.dim + i;
    if head < params.n_query {
        let at = (row * params.n_query + head) * params.dim + i;
        let a = q[at];
        let b = q[at + n_pairs];
        queries[at] = a * c - b * s;
        queries[at + n_pairs] = b * c + a * s;
    } else if head < params.n_query + params.n_kv {
        let at = (row * params.n_kv + head - params.n_query) * params.dim + i;
        let a = k[at];
        let b = k[at + n_pairs];
        cache[in_cache] = a * c - b * s;
        cache[in_cache + n_pairs] = b * c + a * s;
    } else {
        let at = (row * params.n_kv + head - params.n_query - params.n_kv) * params.dim + i;
        cache[in_cache] = v[at];
        cache[in_cache + n_pairs] = v[at + n_pairs];
    }
}
