// softmax(q kT / sqrt dim) v for many queries of one segment. The scores never leave the workgroup: it takes 16 keys at a time,
// and a running maximum and sum correct the sums so far (FlashAttention; Dao et al. 2022).
// A workgroup computes 32 queries of one head. Four lanes share a query: each has a quarter of the columns of q and of the result.

@group(0) @binding(0) var<storage, read> queries: array<vec4<f32>>; // (rows, n_query * QUADS)
@group(0) @binding(1) var<storage, read> keys: array<vec4<f32>>; // (rows, key_stride), from quad key_quad
@group(0) @binding(2) var<storage, read> values: array<vec4<f32>>; // (rows, key_stride), from quad value_quad
@group(0) @binding(3) var<storage, read_write> y: array<vec4<f32>>; // (rows, n_query * QUADS)
@group(0) @binding(4) var<uniform> params: Params;

struct Params {
    first_query: u32, // row in queries and y
    n_queries: u32,
    first_key: u32, // row in keys and values
    n_keys: u32,
    is_causal: u32, // 1: query i sees keys 0 ..= n_keys - n_queries + i; 0: all keys
    n_query: u32, // query heads
    n_kv: u32,
    key_stride: u32, // quads from one key to the next
    key_quad: u32,
    value_quad: u32,
    scale: f32,
}

const WORKGROUP = 128u;
const N_QUERIES = 32u;
const N_KEYS = 16u;
const SLICES = WORKGROUP / N_QUERIES;
const QUADS = HEAD_DIM / 4u;
const SLICE = (QUADS + SLICES - 1u) / SLICES; // quads of one lane; the last slice may be padded with zeros
const ROW = SLICES * SLICE;
const LOWEST = -3.0e38;

var<workgroup> tile: array<vec4<f32>, N_KEYS * ROW>; // (N_KEYS, ROW): keys, then values in their place
var<workgroup> slice_scores: array<vec4<f32>, SLICES * N_KEYS / 4u * N_QUERIES>; // (SLICES, N_KEYS/4, N_QUERIES)

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) group: vec3<u32>) {
    let head = group.y;
    let kv_head = head / (params.n_query / params.n_kv);
    // Lanes of one slice are neighbours: they read the same key at the same time.
    let slice = lane / N_QUERIES;
    let in_tile = lane % N_QUERIES;
    let query = group.x * N_QUERIES + in_tile;
    let is_query = query < params.n_queries;
    let n_past = params.n_keys - params.n_queries;
    let n_seen = select(params.n_keys, n_past + query + 1u, params.is_causal == 1u);
    let last = min((group.x + 1u) * N_QUERIES, params.n_queries);
    let n_seen_by_any = select(params.n_keys, n_past + last, params.is_causal == 1u);

    let row = ((params.first_query + query) * params.n_query + head) * QUADS;
    var q: array<vec4<f32>, SLICE>;
    for (var i = 0u; i < SLICE; i++) {
        let quad = slice * SLICE + i;
        if is_query && quad < QUADS {
            q[i] = queries[row + quad] * params.scale;
        }
    }

    var result: array<vec4<f32>, SLICE>;
    var greatest = LOWEST;
    var sum = 0.0;
    for (var first = 0u; first < n_seen_by_any; first += N_KEYS) {
        for (var i = lane; i < N_KEYS * ROW; i += WORKGROUP) {
            tile[i] = vec4(0.0);
            if is_stored(i, first) {
                tile[i] = keys[place(i, first, kv_head) + params.key_quad];
            }
        }
        workgroupBarrier();
        for (var i = 0u; i < N_KEYS / 4u; i++) {
            let scores = vec4(slice_dot(&q, slice, 4u * i), slice_dot(&q, slice, 4u * i + 1u),
                slice_dot(&q, slice, 4u * i + 2u), slice_dot(&q, slice, 4u * i + 3u));
            slice_scores[(slice * N_KEYS / 4u + i) * N_QUERIES + in_tile] = scores;
        }
        workgroupBarrier();
        for (var i = lane; i < N_KEYS * ROW; i += WORKGROUP) {
            tile[i] = vec4(0.0);
            if is_stored(i, first) {
                tile[i] = values[place(i, first, kv_head) + params.value_quad];
            }
        }
        // Each of the four lanes of a query computes this for itself. A broadcast would save a few exponentials, but lanes
        // would wait for each other.
        var p: array<vec4<f32>, N_KEYS / 4u>;
        var tile_greatest = vec4(greatest);
        for (var i = 0u; i < N_KEYS / 4u; i++) {
            var scores = vec4(0.0);
            for (var j = 0u; j < SLICES; j++) {
                scores += slice_scores[(j * N_KEYS / 4u + i) * N_QUERIES + in_tile];
            }
            p[i] = select(vec4(LOWEST), scores, first + 4u * i + vec4(0u, 1u, 2u, 3u) < vec4(n_seen));
            tile_greatest = max(tile_greatest, p[i]);
        }
        let pair = max(tile_greatest.xy, tile_greatest.zw);
        let now_greatest = max(pair.x, pair.y);
        let correction = exp(greatest - now_greatest);
        greatest = now_greatest;
        sum *= correction;
        for (var i = 0u; i < N_KEYS / 4u; i++) {
            p[i] = exp(p[i] - greatest);
            sum += dot(p[i], vec4(1.0));
        }
        workgroupBarrier();
        for (var i = 0u; i < SLICE; i++) {
            var added = vec4(0.0);
            for (var j = 0u; j < N_KEYS / 4u; j++) {
                let base = 4u * j * ROW + slice * SLICE + i;
                added += mat4x4(tile[base], tile[base + ROW], tile[base + 2u * ROW], tile[base + 3u * ROW]) * p[j];
            }
            result[i] = result[i] * correction + added;
        }
        workgroupBarrier();
    }

    for (var i = 0u; i < SLICE; i++) {
        let quad = slice * SLICE + i;
        if is_query && quad < QUADS {
            y[row + quad] = result[i] / sum;
        }
    }
}

// Whether element `i` of the tile that begins with key `first` is a column of a key; the other elements are zeros.
fn is_stored(i: u32, first: u32) -> bool {
    return first + i / ROW < params.n_keys && i % ROW < QUADS;
}

fn place(i: u32, first: u32, kv_head: u32) -> u32 {
    return (params.first_key + first + i / ROW) * params.key_stride + kv_head * QUADS + i % ROW;
}

fn slice_dot(q: ptr<function, array<vec4<f32>, SLICE>>, slice: u32, key: u32) -> f32 {
    var sum = 0.0;
    for (var i = 0u; i < SLICE; i++) {
        sum += dot((*q)[i], tile[key * ROW + slice * SLICE + i]);
    }
    return sum;
}
