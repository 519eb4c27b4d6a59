use std::fmt::{self, Write};

use tensor::Dtype;

use crate::format::{self, wgsl};
use crate::{Features, Field, Variant};

/// How a kernel uses a storage buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// `var<storage, read>`
    Read,
    /// `var<storage, read_write>`
    ReadWrite,
}

/// A storage buffer of a kernel. Its binding number is its index in [`Kernel::bindings`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// As in WGSL.
    pub name: &'static str,
    /// As in WGSL.
    pub access: Access,
}

pub(crate) const fn read(name: &'static str) -> Binding {
    Binding { name, access: Access::Read }
}

pub(crate) const fn write(name: &'static str) -> Binding {
    Binding { name, access: Access::ReadWrite }
}

/// The compiler of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compiler {
    /// A browser's: WGSL as it is specified.
    Browser,
    /// naga 30, which native wgpu uses. It compiles subgroup functions, but refuses the directive that the specification
    /// demands (gfx-rs/wgpu#5555).
    Naga,
}

/// A piece of a kernel's source, before the kernel's own file.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    /// Always the same.
    Text(&'static str),
    /// `const X_ROWS`
    XRows,
    /// `const HEAD_DIM`
    HeadDim,
    /// The functions that read the format of `weights`.
    Weights,
    /// `workgroup_sum`
    Sum,
    /// `TileQuad`
    Tile,
    /// No text: it says that the kernel's own file uses the packed dot product.
    PackedDot,
}

impl Part {
    pub(crate) const GROUP: Self = Self::Text(wgsl!("parts/group"));
}

/// One compute shader.
pub struct Kernel {
    /// The name of its file, without `.wgsl`.
    pub name: &'static str,
    /// Storage buffers of group 0: inputs in order, outputs last. A uniform buffer, `params`, follows them.
    pub bindings: &'static [Binding],
    /// The fields of the uniform buffer.
    pub params: &'static [Field],
    /// Invocations of a workgroup.
    pub workgroup: u32,
    pub(crate) parts: &'static [Part],
    pub(crate) body: &'static str,
}

impl Kernel {
    /// Name of the entry point.
    pub const ENTRY_POINT: &'static str = "main";

    /// The source of a variant.
    ///
    /// A variant without something that the kernel needs (a weight format, say) gives a source that does not compile. The
    /// variants of a `Launch` and those that [`variants`](Kernel::variants) lists are complete.
    pub fn source(&self, variant: &Variant, compiler: Compiler) -> String {
        let mut source = String::with_capacity(16 << 10);
        let Features { f16, subgroups, packed_dot } = variant.features;
        let directives = [
            (f16, "enable f16;\n"),
            (subgroups && compiler == Compiler::Browser, "enable subgroups;\n"),
            (packed_dot, "requires packed_4x8_integer_dot_product;\n"),
        ];
        for (_, directive) in directives.iter().filter(|(used, _)| *used) {
            source.push_str(directive);
        }
        for part in self.parts {
            part.append(variant, &mut source);
        }
        source.push_str(self.body);
        source
    }

    /// `wanted` without everything that this kernel does not use, so that equal sources have equal variants.
    pub fn variant(&self, wanted: &Variant) -> Variant {
        let uses = |wanted_part: fn(&Part) -> bool| self.parts.iter().any(wanted_part);
        Variant {
            weight: wanted.weight.filter(|_| uses(|p| matches!(p, Part::Weights))),
            features: Features {
                f16: wanted.features.f16 && uses(|p| matches!(p, Part::Tile)),
                subgroups: wanted.features.subgroups && uses(|p| matches!(p, Part::Sum)),
                packed_dot: uses(|p| matches!(p, Part::PackedDot)),
            },
            x_rows: wanted.x_rows.filter(|_| uses(|p| matches!(p, Part::XRows))),
            head_dim: wanted.head_dim.filter(|_| uses(|p| matches!(p, Part::HeadDim))),
        }
    }

    /// Every variant of this kernel, with heads of these widths.
    pub fn variants(&self, head_dims: &[u32]) -> Vec<Variant> {
        let is_packed = self.parts.iter().any(|part| matches!(part, Part::PackedDot));
        let mut variants = Vec::new();
        for weight in Dtype::ALL.into_iter().filter(|dtype| !is_packed || format::shares_scales(*dtype)) {
            for x_rows in 1..=crate::variant::MAX_MATVEC_ROWS {
                for &head_dim in head_dims {
                    for (f16, subgroups) in [(false, false), (false, true), (true, false), (true, true)] {
                        let variant = self.variant(&Variant {
                            weight: Some(weight),
                            features: Features { f16, subgroups, packed_dot: is_packed },
                            x_rows: Some(x_rows),
                            head_dim: Some(head_dim),
                        });
                        if !variants.contains(&variant) {
                            variants.push(variant);
                        }
                    }
                }
            }
        }
        variants
    }
}

impl Part {
    fn append(self, variant: &Variant, source: &mut String) {
        let constant = |source: &mut String, name: &str, value: Option<u32>| {
            if let Some(value) = value {
                // Writing to a string does not fail.
                let _ = writeln!(source, "const {name} = {value}u;");
            }
        };
        match self {
            Self::Text(text) => source.push_str(text),
            Self::XRows => constant(source, "X_ROWS", variant.x_rows),
            Self::HeadDim => constant(source, "HEAD_DIM", variant.head_dim),
            Self::Weights => {
                for text in variant.weight.map(format::parts).unwrap_or_default() {
                    source.push_str(text);
                }
            }
            Self::Sum if variant.features.subgroups => source.push_str(wgsl!("parts/sum_subgroup")),
            Self::Sum => source.push_str(wgsl!("parts/sum_tree")),
            Self::Tile if variant.features.f16 => source.push_str(wgsl!("parts/tile_f16")),
            Self::PackedDot => {}
            Self::Tile => source.push_str(wgsl!("parts/tile_f32")),
        }
    }
}

impl fmt::Debug for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Names are unique.
impl PartialEq for Kernel {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Kernel {}

impl std::hash::Hash for Kernel {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}
