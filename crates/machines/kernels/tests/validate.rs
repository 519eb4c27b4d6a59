//! naga parses and validates every kernel in every variant, as wgpu does, with exactly the capabilities that the variant claims.
//! The registry's bindings, workgroup and parameters are compared with those that naga reads in the source.
#![expect(clippy::unwrap_used, reason = "the helpers of tests panic as tests do")]

use std::fmt::Write;

use kernels::{Access, Compiler, Features, KERNELS, Kernel, Scalar, Variant};
use naga::valid::{Capabilities, ModuleInfo, ValidationFlags, Validator};
use naga::{AddressSpace, GlobalVariable, Module, ScalarKind, StorageAccess, TypeInner};

/// Widths of heads: the text models', the vision tower's, a small model's, and one that fills no slice evenly.
const HEAD_DIMS: [u32; 4] = [128, 80, 32, 20];

/// WebGPU's default limits.
const MAX_STORAGE_BUFFERS: usize = 8;
const MAX_WORKGROUP_BYTES: u32 = 16 << 10;
const MAX_INVOCATIONS: u32 = 256;

fn capabilities(features: Features) -> Capabilities {
    // unpack2x16float, which every WebGPU device has.
    let mut all = Capabilities::SHADER_FLOAT16_IN_FLOAT32;
    all.set(Capabilities::SHADER_FLOAT16, features.f16);
    all.set(Capabilities::SUBGROUP, features.subgroups);
    all
}

fn validate(source: &str, features: Features) -> Result<(Module, ModuleInfo), String> {
    let caps = capabilities(features);
    let mut options = naga::front::wgsl::Options::new();
    options.capabilities = caps;
    let mut parser = naga::front::wgsl::Frontend::new_with_options(options);
    let module = parser.parse(source).map_err(|e| e.emit_to_string(source))?;
    let info = Validator::new(ValidationFlags::all(), caps)
        .subgroup_stages(naga::valid::ShaderStages::COMPUTE)
        .subgroup_operations(naga::valid::SubgroupOperationSet::all())
        .validate(&module)
        .map_err(|e| e.emit_to_string(source))?;
    Ok((module, info))
}

fn each_variant(mut check: impl FnMut(&'static Kernel, &Variant, &str) -> Result<(), String>) -> usize {
    let (mut n, mut report) = (0, String::new());
    for kernel in KERNELS {
        for variant in kernel.variants(&HEAD_DIMS) {
            n += 1;
            if let Err(error) = check(kernel, &variant, &kernel.source(&variant, Compiler::Naga)) {
                writeln!(report, "{kernel:?} {variant:?}: {error}").unwrap();
            }
        }
    }
    assert!(report.is_empty(), "\n{report}");
    n
}

#[test]
fn every_kernel_is_valid_in_every_variant() {
    let n = each_variant(|_, variant, source| validate(source, variant.features).map(drop));
    assert_eq!(n, EXPECTED_VARIANTS, "variants came or went: correct the number if that was meant");
}

/// Three kernels for few rows of x: 13 formats, 4 rows, with subgroups or without. matmul: 13 formats, with f16 or without, and 7
/// packed. embed: 13 formats. Three kernels of attention: 4 widths. Both norms and sample: with subgroups or without. Ten others.
const EXPECTED_VARIANTS: usize = 3 * (13 * 4 * 2) + 13 * 2 + 7 + 13 + 3 * 4 + 3 * 2 + 10;

#[test]
fn a_variant_claims_nothing_it_does_not_use() {
    each_variant(|_, variant, source| {
        let without =
            [Features { f16: false, ..variant.features }, Features { subgroups: false, ..variant.features }];
        for features in without.into_iter().filter(|f| *f != variant.features) {
            if validate(source, features).is_ok() {
                return Err(format!("valid with only {features:?}"));
            }
        }
        Ok(())
    });
}

#[test]
fn bindings_and_workgroup_are_those_of_the_registry() {
    each_variant(|kernel, variant, source| {
        let (module, _) = validate(source, variant.features)?;
        let [entry] = module.entry_points.as_slice() else { return Err("one entry point expected".into()) };
        let expected = [kernel.workgroup, 1, 1];
        if entry.name != Kernel::ENTRY_POINT || entry.workgroup_size != expected {
            return Err(format!("{} has workgroups of {:?}", entry.name, entry.workgroup_size));
        }
        let mut found = bound(&module);
        found.sort();
        let mut declared: Vec<_> = kernel
            .bindings
            .iter()
            .enumerate()
            .map(|(i, b)| (i as u32, b.name.to_owned(), Some(b.access == Access::ReadWrite)))
            .collect();
        declared.push((kernel.bindings.len() as u32, "params".into(), None));
        if found == declared { Ok(()) } else { Err(format!("binds {found:?}, registry has {declared:?}")) }
    });
}

/// (number, name, whether a storage buffer is written, `None` for the uniform)
fn bound(module: &Module) -> Vec<(u32, String, Option<bool>)> {
    let each = |variable: &GlobalVariable| {
        let binding = variable.binding?;
        assert_eq!(binding.group, 0);
        let written = match variable.space {
            AddressSpace::Storage { access } => Some(access.contains(StorageAccess::STORE)),
            _ => None,
        };
        Some((binding.binding, variable.name.clone()?, written))
    };
    module.global_variables.iter().filter_map(|(_, variable)| each(variable)).collect()
}

#[test]
fn parameters_are_those_of_the_wgsl_struct() {
    each_variant(|kernel, variant, source| {
        let (module, _) = validate(source, variant.features)?;
        let found = parameters(&module)?;
        let declared: Vec<_> = kernel
            .params
            .iter()
            .enumerate()
            .map(|(i, field)| (field.name.to_owned(), field.scalar, 4 * i as u32))
            .collect();
        let same = found.0 == declared && found.1 as usize == 4 * declared.len();
        if same { Ok(()) } else { Err(format!("has {found:?}, Rust {declared:?}")) }
    });
}

/// (name, type, offset) of each field of `Params`, and the struct's size.
type Layout = (Vec<(String, Scalar, u32)>, u32);

fn parameters(module: &Module) -> Result<Layout, String> {
    let uniform = module.global_variables.iter().find(|(_, v)| v.space == AddressSpace::Uniform);
    let (_, uniform) = uniform.ok_or("no uniform")?;
    let TypeInner::Struct { members, span } = &module.types[uniform.ty].inner else {
        return Err("params is no struct".into());
    };
    let field = |member: &naga::StructMember| {
        let scalar = match module.types[member.ty].inner {
            TypeInner::Scalar(naga::Scalar { kind: ScalarKind::Uint, width: 4 }) => Scalar::U32,
            TypeInner::Scalar(naga::Scalar { kind: ScalarKind::Float, width: 4 }) => Scalar::F32,
            _ => return Err(format!("{:?} is neither u32 nor f32", member.name)),
        };
        Ok((member.name.clone().unwrap_or_default(), scalar, member.offset))
    };
    Ok((members.iter().map(field).collect::<Result<_, _>>()?, *span))
}

#[test]
fn every_kernel_stays_within_the_default_limits() {
    let mut most = 0;
    each_variant(|kernel, variant, source| {
        let (module, _) = validate(source, variant.features)?;
        let mut layouter = naga::proc::Layouter::default();
        layouter.update(module.to_ctx()).map_err(|e| e.to_string())?;
        let in_workgroup = |v: &&GlobalVariable| v.space == AddressSpace::WorkGroup;
        let variables = module.global_variables.iter().map(|(_, v)| v);
        let bytes = variables.filter(in_workgroup).map(|v| layouter[v.ty].size).sum();
        most = most.max(bytes);
        let fits = bytes <= MAX_WORKGROUP_BYTES
            && kernel.workgroup <= MAX_INVOCATIONS
            && kernel.bindings.len() <= MAX_STORAGE_BUFFERS;
        if fits { Ok(()) } else { Err(format!("{bytes} bytes of workgroup memory")) }
    });
    assert_eq!(most, MAX_WORKGROUP_BYTES, "matmul and attend fill it");
}

#[test]
fn sources_differ_exactly_where_variants_do() {
    for kernel in KERNELS {
        let mut sources: Vec<_> =
            kernel.variants(&HEAD_DIMS).iter().map(|v| kernel.source(v, Compiler::Browser)).collect();
        let n = sources.len();
        sources.sort();
        sources.dedup();
        assert_eq!(sources.len(), n, "{kernel:?} has variants with one source");
    }
}

#[test]
fn a_browser_gets_the_directives_of_what_a_source_uses() {
    for kernel in KERNELS {
        for variant in kernel.variants(&HEAD_DIMS) {
            let (browser, naga) =
                (kernel.source(&variant, Compiler::Browser), kernel.source(&variant, Compiler::Naga));
            let directive = if variant.features.subgroups { "enable subgroups;\n" } else { "" };
            // Directives come before everything else; both compilers understand that of f16.
            let f16 = if variant.features.f16 { "enable f16;\n" } else { "" };
            let uses = |word| naga.contains(word);
            let packed = uses("dot4I8Packed") || uses("pack4xI8");
            assert_eq!(packed, uses("requires packed_4x8_integer_dot_product;\n"), "{kernel:?}");
            let body = naga.strip_prefix(f16).unwrap();
            assert_eq!(browser, format!("{f16}{directive}{body}"), "{kernel:?} {variant:?}");
        }
    }
}

#[test]
fn a_kernel_has_the_name_of_its_file_and_every_file_is_registered() {
    let mut files: Vec<String> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/wgsl"))
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().to_str()?.strip_suffix(".wgsl").map(str::to_owned))
        .collect();
    files.sort();
    assert_eq!(files, KERNELS.map(|kernel| kernel.name));
}

#[test]
fn a_broken_source_is_refused() {
    let kernel = &kernels::linear::MATMUL;
    let variant = kernel.variants(&[128])[0];
    let source = kernel.source(&variant, Compiler::Naga);
    assert!(validate(&source, variant.features).is_ok());
    let breaks = [
        ("syntax", source.replacen("fn main(", "fn main{", 1)),
        ("type", source.replacen("var value = sum;", "var value = row;", 1)),
        ("name", source.replacen("has_residual == 1u", "had_residual == 1u", 1)),
        (
            "a store into an input",
            source.replacen("> y: array<f32>", "> z: array<f32>", 1).replace("y[x_row", "bias[x_row"),
        ),
        ("a missing part", source.replacen("fn unit_quads", "fn unit_quad", 1)),
    ];
    for (what, broken) in breaks {
        assert_ne!(broken, source, "{what}: nothing was broken");
        assert!(validate(&broken, variant.features).is_err(), "{what} passed");
    }
}
