//! The executor on wgpu: natively on Vulkan, in a browser on WebGPU.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

use futures_channel::oneshot;
use kernels::Features;
use model::backend::{BackendError, StepTime};

use crate::GpuError;
use crate::clock::Clock;
use crate::error::NAME;
use crate::executor::{Executor, MAX_DISPATCHES, Region};
use crate::faults::{Faults, Scopes};
use crate::open::{OpenDevice, Options, open};
use crate::pipeline::{Pipelines, Ready};
use crate::readback::{Readback, staging, wait};
use crate::recording::{BufferId, Recording, Step};

/// Alignment of the parameters of a dispatch in the buffer of its submission: WebGPU's default limit.
const PARAMS_ALIGNMENT: usize = 256;

/// Unfinished submissions while more is recorded: one runs, one waits.
const MAX_UNDER_WAY: usize = 2;

/// The most bytes written since the last wait: until the device takes them, they stay in host memory.
const MAX_WRITTEN_BYTES: u64 = 32 << 20;

/// Allocations of at least this size have an error scope each.
const LARGE_BYTES: u64 = 1 << 20;

/// A device with its buffers and pipelines.
#[derive(Debug)]
pub struct Device {
    options: Options,
    opened: OpenDevice,
    /// The open device, for a test that wants to lose it.
    handle: Loss,
    buffers: HashMap<BufferId, wgpu::Buffer>,
    n_bytes: u64,
    /// Parameters of one submission.
    params: wgpu::Buffer,
    pipelines: Pipelines,
    scopes: Scopes,
    under_way: VecDeque<Fence>,
    n_written_bytes: u64,
    readback_secs: f64,
    clock: Option<Clock>,
}

#[derive(Debug)]
struct Fence {
    submission: wgpu::SubmissionIndex,
    done: oneshot::Receiver<()>,
}

/// Takes a device away, as a driver that crashes does: to test what happens then.
#[derive(Clone, Debug)]
pub struct Loss(Rc<RefCell<(wgpu::Device, Arc<Faults>)>>);

impl Loss {
    /// Destroys the device that is open now.
    pub fn lose(&self) {
        let (device, faults) = &*self.0.borrow();
        device.destroy();
        faults.lose("it was taken away on request".to_owned());
    }
}

impl Device {
    /// Opens a device.
    ///
    /// # Errors
    /// If there is no adapter, or it gives no device.
    pub async fn open(options: Options) -> Result<Self, GpuError> {
        let opened = open(options).await?;
        let handle = Loss(Rc::new(RefCell::new((opened.device.clone(), Arc::clone(&opened.faults)))));
        Ok(Self::new(options, opened, handle))
    }

    fn new(options: Options, opened: OpenDevice, handle: Loss) -> Self {
        let params = opened.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("params"),
            size: (MAX_DISPATCHES * PARAMS_ALIGNMENT) as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        Self {
            options,
            opened,
            handle,
            buffers: HashMap::new(),
            n_bytes: 0,
            params,
            pipelines: Pipelines::default(),
            scopes: Scopes::default(),
            under_way: VecDeque::new(),
            n_written_bytes: 0,
            readback_secs: 0.0,
            clock: None,
        }
    }

    pub(crate) fn loss(&self) -> Loss {
        self.handle.clone()
    }

    pub(crate) fn call_adapter(&mut self, name: String) {
        self.opened.adapter_name = name;
    }

    pub(crate) fn set_readback_secs(&mut self, secs: f64) {
        self.readback_secs = secs;
    }

    /// Encodes dispatches and copies, and then the copy to a staging buffer.
    fn encode(
        &mut self,
        recording: &Recording,
        ready: &[Ready],
        staging: Option<(&wgpu::Buffer, Region)>,
    ) -> wgpu::CommandBuffer {
        let mut encoder =
            self.opened.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut ready = ready.iter().enumerate();
        let mut steps = recording.steps.iter().peekable();
        while let Some(step) = steps.next() {
            match step {
                Step::Copy { from, to, to_offset, n_bytes } => {
                    if let (Some(from), Some(to)) = (self.buffers.get(from), self.buffers.get(to)) {
                        encoder.copy_buffer_to_buffer(from, 0, to, *to_offset, *n_bytes);
                    }
                }
                Step::Dispatch(first) => {
                    let timestamps = self.clock.as_mut().and_then(|clock| clock.time(first));
                    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
                        label: None,
                        timestamp_writes: timestamps.as_ref().map(|t| t.writes()),
                    });
                    dispatch(&mut pass, ready.next());
                    // Only the ends of a pass can be timed, so a timed dispatch has a pass of its own.
                    while self.clock.is_none()
                        && let Some(Step::Dispatch(_)) = steps.peek()
                    {
                        dispatch(&mut pass, ready.next());
                        steps.next();
                    }
                }
            }
        }
        if let Some((staging, Region { buffer, offset, n_bytes })) = staging
            && let Some(from) = self.buffers.get(&buffer)
        {
            encoder.copy_buffer_to_buffer(from, offset, staging, 0, n_bytes);
        }
        if let Some(clock) = &mut self.clock {
            clock.resolve(&self.opened.device, &mut encoder);
        }
        encoder.finish()
    }

    /// Writes the parameters of all dispatches to one buffer.
    fn write_params(&self, recording: &Recording) {
        let mut words = Vec::with_capacity(recording.steps.len() * PARAMS_ALIGNMENT / 4);
        for (i, dispatch) in recording.dispatches().enumerate() {
            words.resize(i * PARAMS_ALIGNMENT / 4, 0);
            words.extend_from_slice(&dispatch.launch.params);
        }
        if !words.is_empty() {
            self.opened.queue.write_buffer(&self.params, 0, bytemuck::cast_slice(&words));
        }
    }

    fn ready(&mut self, recording: &Recording) -> Vec<Ready> {
        let Self { opened: OpenDevice { device, .. }, pipelines, buffers, params, .. } = self;
        recording.dispatches().map(|dispatch| pipelines.ready(device, dispatch, params, buffers)).collect()
    }

    async fn check(&mut self) -> Result<(), BackendError> {
        self.scopes.check(&self.opened.device, &self.opened.faults, self.n_bytes).await
    }

    fn fence(&mut self, submission: wgpu::SubmissionIndex) {
        let (sender, done) = oneshot::channel();
        self.opened.queue.on_submitted_work_done(move || {
            // The receiver may be gone by now.
            let _ = sender.send(());
        });
        self.under_way.push_back(Fence { submission, done });
    }
}

/// Encodes a dispatch. Its number says where its parameters are.
fn dispatch(pass: &mut wgpu::ComputePass<'_>, numbered: Option<(usize, &Ready)>) {
    // There is one for each dispatch of the recording.
    let Some((number, Ready { pipeline, group, workgroups: [x, y, z] })) = numbered else { return };
    pass.set_pipeline(pipeline);
    pass.set_bind_group(0, group, &[(number * PARAMS_ALIGNMENT) as u32]);
    pass.dispatch_workgroups(*x, *y, *z);
}

impl Executor for Device {
    type Readback = Readback;

    fn adapter_name(&self) -> &str {
        &self.opened.adapter_name
    }

    fn features(&self) -> Features {
        self.opened.features
    }

    fn max_binding_bytes(&self) -> u64 {
        let limits = self.opened.device.limits();
        limits.max_storage_buffer_binding_size.min(limits.max_buffer_size)
    }

    fn readback_secs(&self) -> f64 {
        self.readback_secs
    }

    fn create(&mut self, id: BufferId, n_bytes: u64) {
        use wgpu::{BufferUsages, ErrorFilter};
        let device = &self.opened.device;
        let create = || {
            device.create_buffer(&wgpu::BufferDescriptor {
                label: None,
                size: n_bytes,
                usage: BufferUsages::STORAGE | BufferUsages::COPY_SRC | BufferUsages::COPY_DST,
                mapped_at_creation: false,
            })
        };
        // After a refused allocation wgpu goes on, and computes garbage.
        let buffer = if n_bytes >= LARGE_BYTES {
            let filters = [ErrorFilter::OutOfMemory, ErrorFilter::Validation];
            self.scopes.guard(device, &filters, ("allocate", n_bytes), create)
        } else {
            create()
        };
        self.n_bytes += n_bytes;
        self.buffers.insert(id, buffer);
    }

    fn destroy(&mut self, id: BufferId) {
        if let Some(buffer) = self.buffers.remove(&id) {
            self.n_bytes -= buffer.size();
            self.pipelines.forget(id);
            buffer.destroy();
        }
    }

    fn write(&mut self, id: BufferId, offset: u64, words: &[u32]) {
        if let Some(buffer) = self.buffers.get(&id) {
            self.opened.queue.write_buffer(buffer, offset, bytemuck::cast_slice(words));
            self.n_written_bytes += 4 * words.len() as u64;
        }
    }

    fn submit(&mut self, recording: &Recording, region: Option<Region>) -> Option<Readback> {
        let staging = region.map(|region| (staging(&self.opened.device, region.n_bytes), region));
        self.write_params(recording);
        // A refused shader does not fail its call either: wgpu goes on, nothing runs, and zeros are read.
        let is_new = recording.dispatches().any(|dispatch| !self.pipelines.has(dispatch));
        let guard = is_new.then(|| self.opened.device.push_error_scope(wgpu::ErrorFilter::Validation));
        let ready = self.ready(recording);
        let commands =
            self.encode(recording, &ready, staging.as_ref().map(|(buffer, region)| (buffer, *region)));
        let submission = self.opened.queue.submit([commands]);
        if let Some(guard) = guard {
            self.scopes.add("submit", guard);
        }
        if let Some(clock) = &mut self.clock {
            clock.begin_read(&submission);
        }
        if let Some((staging, _)) = staging {
            return Some(Readback::begin(staging, submission));
        }
        self.fence(submission);
        None
    }

    async fn finish_read(&mut self, readback: Readback) -> Result<Vec<u32>, BackendError> {
        self.check().await?;
        readback.finish(&self.opened.device, &self.opened.faults).await
    }

    async fn settle(&mut self) -> Result<(), BackendError> {
        let most = if self.n_written_bytes > MAX_WRITTEN_BYTES { 0 } else { MAX_UNDER_WAY };
        if most == 0 {
            let submission = self.opened.queue.submit([]);
            self.fence(submission);
            self.n_written_bytes = 0;
        }
        while self.under_way.len() > most
            && let Some(Fence { submission, done }) = self.under_way.pop_front()
        {
            wait(&self.opened.device, submission);
            // If the device is lost meanwhile, the sender is dropped.
            let _ = self.opened.faults.or_lost(done).await?;
        }
        self.check().await
    }

    async fn reopen(&mut self) -> Result<(), BackendError> {
        let opened = open(self.options).await;
        let mut opened = opened.map_err(|error| BackendError::Device {
            verb: "reopen",
            backend: NAME,
            message: error.to_string(),
        })?;
        self.handle.0.replace((opened.device.clone(), Arc::clone(&opened.faults)));
        // The same options give the same adapter.
        opened.adapter_name.clone_from(&self.opened.adapter_name);
        let readback_secs = self.readback_secs;
        *self = Self::new(self.options, opened, self.handle.clone());
        self.readback_secs = readback_secs;
        Ok(())
    }

    fn set_profiling(&mut self, on: bool) {
        let OpenDevice { device, queue, has_clock, .. } = &self.opened;
        self.clock = (on && *has_clock).then(|| Clock::new(device, queue.get_timestamp_period()));
    }

    async fn take_profile(&mut self) -> Result<Vec<StepTime>, BackendError> {
        match &mut self.clock {
            Some(clock) => clock.take(&self.opened.device, &self.opened.faults).await,
            None => Ok(Vec::new()),
        }
    }
}
