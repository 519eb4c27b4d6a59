// x/2 * (1 + erf(x / sqrt 2)): GELU without its tanh approximation.

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>; // (n_quads)
@group(0) @binding(1) var<storage, read_write> y: array<vec4<f32>>; // (n_quads)
@group(0) @binding(2) var<uniform> params: Params;

fn value(i: u32) -> vec4<f32> {
    return 0.5 * x[i] * (1.0 + erf(x[i] * 0.70710678));
}

// Abramowitz and Stegun 7.1.26: within 1.5e-7 of the error function, which is about the last place of an f32 near 1.
fn erf(v: vec4<f32>) -> vec4<f32> {
    let t = 1.0 / (1.0 + 0.3275911 * abs(v));
    let series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
    return sign(v) * (1.0 - series * exp(-v * v));
}
