use std::cell::{Cell, RefCell};
use std::rc::Rc;

use kernels::sample::{Drawing, sample};
use model::backend::{BackendError, Sampling, Shape};

use super::cost::Cost;
use super::{Gpu, GpuTensor};
use crate::executor::{Executor, Region};
use crate::heap::Lease;

/// Tokens in one buffer; a longer answer takes more buffers.
const LIST_TOKENS: u32 = 1024;

/// The tokens picked so far, on the device.
#[derive(Debug)]
pub struct GpuSampler {
    drawing: Drawing,
    n_allowed: u32,
    /// A bit for each token of the vocabulary.
    used: Rc<Lease>,
    used_bytes: u64,
    list: Rc<Lease>,
    n_listed: u32,
    step: u32,
}

/// A token on the device that is also being copied to the host.
#[derive(Debug)]
pub struct GpuToken<R> {
    pub(super) list: Rc<Lease>,
    pub(super) index: u32,
    readback: Rc<RefCell<Option<R>>>,
    id: Rc<Cell<Option<u32>>>,
}

impl<R> Clone for GpuToken<R> {
    fn clone(&self) -> Self {
        let (list, readback, id) = (Rc::clone(&self.list), Rc::clone(&self.readback), Rc::clone(&self.id));
        Self { list, index: self.index, readback, id }
    }
}

impl<R> GpuToken<R> {
    pub(super) const LIST_BYTES: u64 = 4 * LIST_TOKENS as u64;
}

impl<D: Executor> Gpu<D> {
    pub(super) fn start_sampler(
        &mut self,
        sampling: &Sampling,
        used: &[u32],
    ) -> Result<GpuSampler, BackendError> {
        // An id that is never picked needs no bit.
        let n_allowed = sampling.n_allowed as u32;
        let mut bits = vec![0_u32; sampling.n_allowed.div_ceil(32).max(1)];
        for id in used.iter().filter(|id| **id < n_allowed) {
            bits[*id as usize / 32] |= 1 << (id % 32);
        }
        Ok(GpuSampler {
            drawing: Drawing {
                temperature: sampling.temperature as f32,
                top_p: sampling.top_p as f32,
                top_k: u32::try_from(sampling.top_k).unwrap_or(u32::MAX),
                repetition_penalty: sampling.repetition_penalty,
                seed: sampling.seed,
            },
            n_allowed,
            used: self.upload_words("sampler", &bits)?,
            used_bytes: 4 * bits.len() as u64,
            list: self.token_list()?,
            n_listed: 0,
            step: 0,
        })
    }

    fn token_list(&mut self) -> Result<Rc<Lease>, BackendError> {
        self.passing("sample", GpuToken::<D::Readback>::LIST_BYTES, crate::heap::Writer::Device)
    }

    /// Picks a token, submits everything up to it, and begins to copy it to the host.
    pub(super) fn sample_token(
        &mut self,
        logits: &GpuTensor,
        sampler: &mut GpuSampler,
    ) -> Result<GpuToken<D::Readback>, BackendError> {
        if sampler.n_listed == LIST_TOKENS {
            sampler.list = self.token_list()?;
            sampler.n_listed = 0;
        }
        let index = sampler.n_listed;
        let n_allowed = sampler.n_allowed.min(logits.shape.cols as u32);
        let launch = sample(&sampler.drawing, n_allowed, sampler.step, index, self.device.features());
        let list = Rc::clone(&sampler.list);
        let bindings = vec![
            logits.bound(),
            sampler.used.bound(sampler.used_bytes),
            list.bound(GpuToken::<D::Readback>::LIST_BYTES),
        ];
        self.dispatch("sample", launch, bindings, Cost::each(Shape::new(1, logits.shape.cols), 0, 1))?;
        sampler.n_listed += 1;
        sampler.step += 1;
        let region = Region { buffer: list.id, offset: 4 * u64::from(index), n_bytes: 4 };
        let readback = self.submit(Some(region));
        Ok(GpuToken { list, index, readback: Rc::new(RefCell::new(readback)), id: Rc::default() })
    }

    pub(super) async fn token_id(&mut self, token: &GpuToken<D::Readback>) -> Result<u32, BackendError> {
        if let Some(id) = token.id.get() {
            return Ok(id);
        }
        let readback = token.readback.take();
        let missing = || super::device_error("read_tokens", "a sampled token did not reach the host");
        let words = self.device.finish_read(readback.ok_or_else(missing)?).await?;
        let id = words.first().copied().ok_or_else(missing)?;
        token.id.set(Some(id));
        Ok(id)
    }
}
