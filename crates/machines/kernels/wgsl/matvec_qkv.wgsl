// Queries, keys and values of 1 to 4 tokens: norm(x) WT + bias. Queries and keys are rotated, keys and values go to the cache.
// W is heads of head_dim rows: queries, then keys, then values, or any run of those heads that begins at `first_head`.
// A workgroup computes two pairs of columns that rotate together: i, i + 1, i + dim/2, i + 1 + dim/2 of one head.

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>; // (X_ROWS, cols/4)
@group(0) @binding(1) var<storage, read> gain: array<vec4<f32>>; // (cols/4); read if normalise
@group(0) @binding(2) var<storage, read> weights: array<u32>; // (n_heads * head_dim, row_words)
@group(0) @binding(3) var<storage, read> bias: array<f32>; // ((n_query + 2 n_kv) * head_dim); read if has_bias
@group(0) @binding(4) var<storage, read> cosines: array<f32>; // (X_ROWS, head_dim/2)
@group(0) @binding(5) var<storage, read> sines: array<f32>; // (X_ROWS, head_dim/2)
@group(0) @binding(6) var<storage, read_write> queries: array<f32>; // (X_ROWS, n_query * head_dim)
@group(0) @binding(7) var<storage, read_write> cache: array<f32>; // (capacity, 2, n_kv * head_dim): keys, values
@group(0) @binding(8) var<uniform> params: Params;

struct Params {
    cols: u32,
    n_heads: u32, // in these weights
    first_head: u32, // the first of them, counted among all heads
    n_query: u32,
    n_kv: u32,
    head_dim: u32,
    n_past: u32, // rows already in the cache
    has_bias: u32,
    normalise: u32,
    eps: f32,
}

@compute @workgroup_size(WORKGROUP)
fn main(lane: Lane, group: Group) {
    let head_dim = params.head_dim;
    let half = head_dim / 2u;
    let index = group_index(group);
    let local_head = index / (half / 2u);
    if local_head >= params.n_heads {
        return;
    }
    let i = index % (half / 2u) * 2u;
    let columns = i + vec4(0u, 1u, half, half + 1u);
    let dots = row_dots(local_head * head_dim + columns, lane);
    let head = params.first_head + local_head;
    if lane.index >= X_ROWS {
        return;
    }
    // From here on, a lane for each row of x.
    let r = lane.index;
    var value = dots[r];
    if params.has_bias == 1u {
        let at = head * head_dim + columns;
        value += vec4(bias[at[0]], bias[at[1]], bias[at[2]], bias[at[3]]);
    }
    if head < params.n_query + params.n_kv {
        let c = vec2(cosines[r * half + i], cosines[r * half + i + 1u]);
        let s = vec2(sines[r * half + i], sines[r * half + i + 1u]);
        value = vec4(value.xy * c - value.zw * s, value.zw * c + value.xy * s);
    }
    if head < params.n_query {
        let at = (r * params.n_query + head) * head_dim + columns;
        for (var j = 0u; j < 4u; j++) {
            queries[at[j]] = value[j];
        }
    } else {
        // Heads of keys and then of values follow each other in a row of the cache.
        let at = ((params.n_past + r) * 2u * params.n_kv + head - params.n_query) * head_dim + columns;
        for (var j = 0u; j < 4u; j++) {
            cache[at[j]] = value[j];
        }
    }
}
