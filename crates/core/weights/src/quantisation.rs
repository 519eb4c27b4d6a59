use tensor::Dtype;

use crate::Gguf;

impl Gguf {
    /// How the model is quantised, as people call it: `Q4_K_M`, `Q8_0`, `F16`.
    ///
    /// From `general.file_type`. If the file states none that is known, the type of most of its matrices.
    pub fn quantisation(&self) -> String {
        let stated = self.opt_u32("general.file_type").ok().flatten().and_then(file_type);
        match stated {
            Some(name) => name.to_owned(),
            None => self
                .most_common_matrix_type()
                .map_or_else(|| "no weights".to_owned(), |dtype| dtype.to_string()),
        }
    }

    fn most_common_matrix_type(&self) -> Option<Dtype> {
        let n_matrices = |dtype| {
            self.tensors().iter().filter(|tensor| tensor.dtype == dtype && tensor.shape.len() > 1).count()
        };
        let most = Dtype::ALL.into_iter().max_by_key(|&dtype| n_matrices(dtype));
        // A file with only vectors still has a type.
        most.filter(|&dtype| n_matrices(dtype) > 0).or_else(|| Some(self.tensors().first()?.dtype))
    }
}

/// llama.cpp's numbers for mixtures of types (`enum llama_ftype` in llama.h), as far as their types are read here.
fn file_type(id: u32) -> Option<&'static str> {
    Some(match id {
        0 => "F32",
        1 => "F16",
        2 => "Q4_0",
        3 => "Q4_1",
        7 => "Q8_0",
        8 => "Q5_0",
        9 => "Q5_1",
        10 => "Q2_K",
        11 => "Q3_K_S",
        12 => "Q3_K_M",
        13 => "Q3_K_L",
        14 => "Q4_K_S",
        15 => "Q4_K_M",
        16 => "Q5_K_S",
        17 => "Q5_K_M",
        18 => "Q6_K",
        21 => "Q2_K_S",
        32 => "BF16",
        _ => return None,
    })
}
