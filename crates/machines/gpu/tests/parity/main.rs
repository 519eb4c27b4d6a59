//! Runs every kernel in every variant on a software adapter, at ragged sizes and between canaries, and compares it with the same
//! arithmetic in f64 on the host.
//!
//! A kernel's test has the kernel's name. It is called with each variant that the registry lists, and must run exactly that
//! variant and compare its output. So neither a kernel nor a variant can be forgotten.
#![expect(clippy::unwrap_used, reason = "the helpers of tests panic as tests do")]

mod attend;
mod bench;
mod compare;
mod data;
mod gumbel;
mod harness;
mod matmul;
mod matvec;
mod norm;
mod pointwise;
mod rope;
mod rows;
mod sample;

macro_rules! parity {
    ($($name:ident: $kernel:path, $case:path;)*) => {
        const TESTED: &[&kernels::Kernel] = &[$(&$kernel),*];

        $(#[test]
        fn $name() {
            assert_eq!(stringify!($name), $kernel.name);
            bench::every_variant(&$kernel, $case);
        })*
    };
}

parity! {
    add: kernels::pointwise::ADD, pointwise::add;
    append: kernels::rows::APPEND, rows::append;
    argmax: kernels::sample::ARGMAX, sample::argmax;
    attend: kernels::attend::ATTEND, attend::attend;
    attend_merge: kernels::attend::ATTEND_MERGE, attend::split;
    attend_split: kernels::attend::ATTEND_SPLIT, attend::split;
    copy_rows: kernels::rows::COPY_ROWS, rows::copy_rows;
    embed: kernels::rows::EMBED, rows::embed;
    gelu_erf: kernels::pointwise::GELU_ERF, pointwise::gelu_erf;
    layer_norm: kernels::norm::LAYER_NORM, norm::layer_norm;
    matmul: kernels::linear::MATMUL, matmul::matmul;
    matmul_packed: kernels::linear::MATMUL_PACKED, matmul::matmul_packed;
    matvec: kernels::linear::MATVEC, matvec::matvec;
    matvec_qkv: kernels::linear::MATVEC_QKV, matvec::matvec_qkv;
    matvec_swiglu: kernels::linear::MATVEC_SWIGLU, matvec::matvec_swiglu;
    quantise_rows: kernels::linear::QUANTISE_ROWS, matmul::quantise_rows;
    quick_gelu: kernels::pointwise::QUICK_GELU, pointwise::quick_gelu;
    rms_norm: kernels::norm::RMS_NORM, norm::rms_norm;
    rope: kernels::attend::ROPE, rope::rope;
    rope_append: kernels::attend::ROPE_APPEND, rope::rope_append;
    sample: kernels::sample::SAMPLE, sample::sample;
    swiglu: kernels::pointwise::SWIGLU, pointwise::swiglu;
}

#[test]
fn every_kernel_is_tested() {
    assert_eq!(TESTED, kernels::KERNELS);
}
