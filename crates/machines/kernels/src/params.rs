//! Parameter structs. A kernel's `Params` is defined in WGSL, where each field is explained. The struct that the recorder writes
//! is declared in Rust with the same fields, and a test compares names, types, offsets and size with what naga reads in the WGSL.

/// Type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// `u32`
    U32,
    /// `f32`
    F32,
}

/// One parameter. Parameters are 4 bytes each, without gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// As in WGSL.
    pub name: &'static str,
    /// As in WGSL.
    pub scalar: Scalar,
}

/// A struct whose fields are words of a uniform buffer.
pub(crate) trait Params {
    /// The fields in order.
    const FIELDS: &'static [Field];
    /// The contents of the uniform buffer.
    fn words(&self) -> Vec<u32>;
}

/// A type that a parameter can have.
pub(crate) trait Word: Copy {
    const SCALAR: Scalar;
    fn word(self) -> u32;
}

impl Word for u32 {
    const SCALAR: Scalar = Scalar::U32;
    fn word(self) -> u32 {
        self
    }
}

impl Word for f32 {
    const SCALAR: Scalar = Scalar::F32;
    fn word(self) -> u32 {
        self.to_bits()
    }
}

macro_rules! params {
    ($name:ident { $($field:ident: $scalar:ident),* $(,)? }) => {
        #[derive(Clone, Copy, Debug)]
        struct $name {
            $($field: $scalar),*
        }

        impl $crate::params::Params for $name {
            const FIELDS: &'static [$crate::Field] = &[$($crate::Field {
                name: stringify!($field),
                scalar: <$scalar as $crate::params::Word>::SCALAR,
            }),*];

            fn words(&self) -> Vec<u32> {
                vec![$($crate::params::Word::word(self.$field)),*]
            }
        }
    };
}
pub(crate) use params;
