//! From a wish to a device.

use std::sync::Arc;

use kernels::Features;

use crate::GpuError;
use crate::faults::Faults;

/// Which adapter to open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Adapter {
    /// The one the system prefers.
    #[default]
    Fastest,
    /// One that computes on the CPU, for tests: the same on every machine.
    Software,
}

/// How large a buffer or a binding may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Limits {
    /// As large as the adapter allows.
    #[default]
    Adapter,
    /// WebGPU's defaults, which every browser grants: 128 MiB to a binding. What tests ask for, or they prove nothing about browsers.
    Default,
}

/// What is asked of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Of which adapter.
    pub adapter: Adapter,
    /// Up to which sizes.
    pub limits: Limits,
    /// What the kernels may make use of, where the adapter has it.
    pub features: Features,
}

impl Default for Options {
    fn default() -> Self {
        let features = Features { f16: true, subgroups: true, packed_dot: true };
        Self { adapter: Adapter::default(), limits: Limits::default(), features }
    }
}

/// A device as it was opened.
#[derive(Debug)]
pub(crate) struct OpenDevice {
    pub(crate) adapter_name: String,
    pub(crate) features: Features,
    pub(crate) has_clock: bool,
    pub(crate) device: wgpu::Device,
    pub(crate) queue: wgpu::Queue,
    pub(crate) faults: Arc<Faults>,
}

pub(crate) async fn open(options: Options) -> Result<OpenDevice, GpuError> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let request = wgpu::RequestAdapterOptions {
        power_preference: wgpu::PowerPreference::HighPerformance,
        force_fallback_adapter: options.adapter == Adapter::Software,
        ..Default::default()
    };
    let adapter = instance
        .request_adapter(&request)
        .await
        .map_err(|e| GpuError::NoAdapter { message: e.to_string() })?;
    let adapter_name = name(&adapter.get_info());
    let features = offered(&adapter, options.features);
    let mut required_limits = wgpu::Limits::default();
    if options.limits == Limits::Adapter {
        let has = adapter.limits();
        required_limits.max_buffer_size = has.max_buffer_size;
        required_limits.max_storage_buffer_binding_size = has.max_storage_buffer_binding_size;
    }
    let has_clock = adapter.features().contains(wgpu::Features::TIMESTAMP_QUERY);
    let mut required_features = wgpu::Features::empty();
    required_features.set(wgpu::Features::SHADER_F16, features.f16);
    required_features.set(wgpu::Features::TIMESTAMP_QUERY, has_clock);
    #[cfg(not(target_arch = "wasm32"))]
    required_features.set(wgpu::Features::SUBGROUP, features.subgroups);
    let descriptor = wgpu::DeviceDescriptor { required_features, required_limits, ..Default::default() };
    let no_device = |e: wgpu::RequestDeviceError| GpuError::NoDevice {
        adapter: adapter_name.clone(),
        message: e.to_string(),
    };
    let (device, queue) = adapter.request_device(&descriptor).await.map_err(no_device)?;
    let faults = Faults::watch(&device);
    Ok(OpenDevice { adapter_name, features, has_clock, device, queue, faults })
}

/// Natively the adapter says what it has, and naga writes the packed dot product out where it lacks it.
#[cfg(not(target_arch = "wasm32"))]
fn offered(adapter: &wgpu::Adapter, wanted: Features) -> Features {
    let has = adapter.features();
    Features {
        f16: wanted.f16 && has.contains(wgpu::Features::SHADER_F16),
        subgroups: wanted.subgroups && has.contains(wgpu::Features::SUBGROUP),
        packed_dot: wanted.packed_dot,
    }
}

/// In a browser wgpu knows no subgroups (gfx-rs/wgpu#10146). Whoever asks for them has seen to it that the browser's own
/// `requestDevice` adds them, and knows that the adapter has them.
#[cfg(target_arch = "wasm32")]
fn offered(adapter: &wgpu::Adapter, wanted: Features) -> Features {
    Features { f16: wanted.f16 && adapter.features().contains(wgpu::Features::SHADER_F16), ..wanted }
}

/// What a person would call the adapter. Browsers keep most of it to themselves, and wgpu does not pass on the rest: see
/// [`Gpu::call_adapter`](crate::Gpu::call_adapter).
fn name(info: &wgpu::AdapterInfo) -> String {
    [&info.name, &info.driver_info, &info.driver]
        .into_iter()
        .find(|said| !said.trim().is_empty())
        .map_or_else(|| "an adapter without a name".to_owned(), |said| said.trim().to_owned())
}
