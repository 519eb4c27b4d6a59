use std::path::{Path, PathBuf};

use clap::Args;

use crate::file::ModelFiles;

/// Where the bundled pair is in a checkout.
const BUNDLED: [&str; 2] = ["web/models/phantom/text.gguf", "web/models/phantom/mmproj.gguf"];

/// The two files of a model. Without them, the bundled ones.
#[derive(Args, Debug)]
pub(crate) struct PairArgs {
    /// Text model (default: the bundled one, if this runs in a checkout)
    #[arg(long, requires = "mmproj")]
    model: Option<PathBuf>,
    /// Vision file of the same model
    #[arg(long, requires = "model")]
    mmproj: Option<PathBuf>,
}

impl PairArgs {
    pub(crate) fn files(&self) -> anyhow::Result<ModelFiles> {
        if let (Some(model), Some(mmproj)) = (&self.model, &self.mmproj) {
            return Ok(ModelFiles { model: model.clone(), mmproj: Some(mmproj.clone()) });
        }
        if let Some(missing) = BUNDLED.iter().find(|path| !Path::new(path).is_file()) {
            anyhow::bail!(
                "there is no bundled model here: {missing} was not found. \
                 Run this in the project's checkout, or name a pair with --model and --mmproj."
            );
        }
        let [model, mmproj] = BUNDLED.map(PathBuf::from);
        Ok(ModelFiles { model, mmproj: Some(mmproj) })
    }
}
