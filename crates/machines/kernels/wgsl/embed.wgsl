// Rows of a table by token id. The ids may come from `argmax` or `sample`, and never have been on the host. A table that is cut
// into parts takes a dispatch for each part, which writes only the rows of its own tokens.

@group(0) @binding(0) var<storage, read> ids: array<u32>; // (first_id + n_ids)
@group(0) @binding(1) var<storage, read> weights: array<u32>; // (part_rows, row_words)
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>>; // (n_ids, cols/4)
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
    cols: u32,
    n_ids: u32,
    first_id: u32, // index of the first one in ids
    part_row: u32, // first row of this part in the table
    part_rows: u32,
}

const WORKGROUP = 64u;

// A lane for each unit.
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32, group: Group) {
    let n_units = (params.cols + 15u) / 16u;
    let i = group_index(group) * WORKGROUP + lane;
    if i >= params.n_ids * n_units {
        return;
    }
    let unit = i % n_units;
    let row = i / n_units;
    let id = ids[params.first_id + row];
    if id < params.part_row || id - params.part_row >= params.part_rows {
        return;
    }
    let w = unit_weights(load_unit((id - params.part_row) * row_words(), unit));
    let quads = unit_quads(unit);
    let n_quads = params.cols / 4u;
    for (var j = 0u; j < 4u; j++) {
        if UNITS_ARE_WHOLE || quads[j] < n_quads {
            y[row * n_quads + quads[j]] = w[j];
        }
    }
}
