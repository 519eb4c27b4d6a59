// (x - mean) / sqrt(variance + eps) * gain + shift. A second pass over the row computes the variance around the mean: as a
// difference of two sums it would lose digits if the mean is large.

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>; // (rows, cols/4)
@group(0) @binding(1) var<storage, read> gain: array<vec4<f32>>; // (cols/4)
@group(0) @binding(2) var<storage, read> shift: array<vec4<f32>>; // (cols/4)
@group(0) @binding(3) var<storage, read_write> y: array<vec4<f32>>; // (rows, cols/4)
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn main(lane: Lane, group: Group) {
    let row = group_index(group);
    if row >= params.rows {
        return;
    }
    let n_quads = params.cols / 4u;
    let start = row * n_quads;
    var sum = 0.0;
    for (var i = lane.index; i < n_quads; i += WORKGROUP) {
        sum += dot(x[start + i], vec4(1.0));
    }
    let mean = workgroup_sum(sum, lane) / f32(params.cols);
    var squares = 0.0;
    for (var i = lane.index; i < n_quads; i += WORKGROUP) {
        let v = x[start + i] - mean;
        squares += dot(v, v);
    }
    let scale = inverseSqrt(workgroup_sum(squares, lane) / f32(params.cols) + params.eps);
    for (var i = lane.index; i < n_quads; i += WORKGROUP) {
        y[start + i] = (x[start + i] - mean) * scale * gain[i] + shift[i];
    }
}
