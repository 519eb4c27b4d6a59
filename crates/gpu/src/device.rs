use std::collections::HashMap;
use std::collections::hash_map::Entry;

use kernels::{Features, Launch, PipelineKey};

use crate::GpuError;
use crate::pipeline::pipeline;

/// Which adapter to open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The one the system prefers.
    Fastest,
    /// One that computes on the CPU, for tests: the same on every machine.
    Software,
}

/// A device, and the pipelines that were made on it.
#[derive(Debug)]
pub struct Gpu {
    name: String,
    features: Features,
    device: wgpu::Device,
    queue: wgpu::Queue,
    pipelines: HashMap<PipelineKey, wgpu::ComputePipeline>,
}

impl Gpu {
    /// Opens a device with WebGPU's default limits, whatever more the adapter has.
    pub async fn open(choice: Choice) -> Result<Self, GpuError> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            force_fallback_adapter: choice == Choice::Software,
            ..Default::default()
        };
        let adapter = instance
            .request_adapter(&options)
            .await
            .map_err(|e| GpuError::NoAdapter { message: e.to_string() })?;
        let name = adapter.get_info().name;
        let wanted = wgpu::Features::SHADER_F16 | wgpu::Features::SUBGROUP;
        let required_features = adapter.features() & wanted;
        let descriptor = wgpu::DeviceDescriptor {
            required_features,
            required_limits: wgpu::Limits::default(),
            ..Default::default()
        };
        let (device, queue) = adapter
            .request_device(&descriptor)
            .await
            .map_err(|e| GpuError::NoDevice { adapter: name.clone(), message: e.to_string() })?;
        let features = Features {
            f16: required_features.contains(wgpu::Features::SHADER_F16),
            subgroups: required_features.contains(wgpu::Features::SUBGROUP),
            // naga writes it out by hand where a device lacks it.
            packed_dot: true,
        };
        Ok(Self { name, features, device, queue, pipelines: HashMap::new() })
    }

    /// As its driver calls it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it offers beyond core WebGPU.
    pub fn features(&self) -> Features {
        self.features
    }

    /// A storage buffer with these words.
    pub fn buffer(&self, words: &[u32]) -> wgpu::Buffer {
        let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC;
        self.filled(words, usage)
    }

    /// Runs one launch. Its kernel's buffers come in the order of [`kernels::Kernel::bindings`].
    ///
    /// A refused shader or binding does not fail its call: wgpu goes on, nothing runs, and zeros are read back. The error scope
    /// is what turns that into an error.
    pub async fn run(&mut self, launch: &Launch, buffers: &[&wgpu::Buffer]) -> Result<(), GpuError> {
        let kernel = launch.kernel;
        let expected = kernel.bindings.len();
        if buffers.len() != expected {
            return Err(GpuError::Buffers { kernel: kernel.name, found: buffers.len(), expected });
        }
        let scope = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let params = self.filled(&launch.params, wgpu::BufferUsages::UNIFORM);
        let pipeline = match self.pipelines.entry(launch.pipeline()) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(pipeline(&self.device, kernel, &launch.variant)),
        };
        let bound = buffers.iter().copied().chain([&params]);
        let entries: Vec<_> = (0..)
            .zip(bound)
            .map(|(binding, buffer)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() })
            .collect();
        let group = self.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(kernel.name),
            layout: &pipeline.get_bind_group_layout(0),
            entries: &entries,
        });
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(pipeline);
        pass.set_bind_group(0, &group, &[]);
        let [x, y, z] = launch.workgroups;
        pass.dispatch_workgroups(x, y, z);
        drop(pass);
        self.queue.submit([encoder.finish()]);
        match scope.pop().await {
            None => Ok(()),
            Some(error) => Err(GpuError::Refused { what: kernel.name, message: error.to_string() }),
        }
    }

    /// The words of a buffer, once everything submitted has run. Native only: it blocks.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn read(&self, buffer: &wgpu::Buffer) -> Result<Vec<u32>, GpuError> {
        let refused = |e: &dyn std::fmt::Display| GpuError::Refused { what: "read", message: e.to_string() };
        let copy = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("read"),
            size: buffer.size(),
            usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
            mapped_at_creation: false,
        });
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_buffer_to_buffer(buffer, 0, &copy, 0, buffer.size());
        self.queue.submit([encoder.finish()]);
        copy.map_async(wgpu::MapMode::Read, .., |_| ());
        self.device.poll(wgpu::PollType::wait_indefinitely()).map_err(|e| refused(&e))?;
        let bytes = copy.get_mapped_range(..).map_err(|e| refused(&e))?;
        let (words, _) = bytes.as_chunks::<4>();
        Ok(words.iter().map(|word| u32::from_le_bytes(*word)).collect())
    }

    fn filled(&self, words: &[u32], usage: wgpu::BufferUsages) -> wgpu::Buffer {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let buffer = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: bytes.len() as u64,
            usage: usage | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        self.queue.write_buffer(&buffer, 0, &bytes);
        buffer
    }
}
