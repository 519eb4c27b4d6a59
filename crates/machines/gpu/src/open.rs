//! Opens the device that the options ask for.

use std::sync::Arc;

use kernels::Features;

use crate::GpuError;
use crate::faults::Faults;

/// Which adapter to open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Adapter {
    /// The one that the system prefers.
    #[default]
    Fastest,
    /// A software adapter, which computes on the CPU. Tests use it because it is the same on every machine.
    Software,
}

/// How large a buffer or a binding may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Limits {
    /// As large as the adapter allows.
    #[default]
    Adapter,
    /// WebGPU's default limits, which every browser grants: 128 MiB to a binding. Tests use them, since larger limits would
    /// prove nothing about browsers.
    Default,
}

/// How to open a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Which adapter.
    pub adapter: Adapter,
    /// Which limits.
    pub limits: Limits,
    /// The features that the kernels may use if the adapter has them.
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

/// A native adapter lists its features. If it has no packed dot product, naga emulates it.
#[cfg(not(target_arch = "wasm32"))]
fn offered(adapter: &wgpu::Adapter, wanted: Features) -> Features {
    let has = adapter.features();
    Features {
        f16: wanted.f16 && has.contains(wgpu::Features::SHADER_F16),
        subgroups: wanted.subgroups && has.contains(wgpu::Features::SUBGROUP),
        packed_dot: wanted.packed_dot,
    }
}

/// In a browser wgpu does not know subgroups (gfx-rs/wgpu#10146). A caller that asks for them has checked that the adapter
/// has them, and has made the browser's own `requestDevice` ask for them too.
#[cfg(target_arch = "wasm32")]
fn offered(adapter: &wgpu::Adapter, wanted: Features) -> Features {
    Features { f16: wanted.f16 && adapter.features().contains(wgpu::Features::SHADER_F16), ..wanted }
}

/// The adapter's name as a person would say it. Browsers hide most of it, and wgpu does not pass on the rest: see
/// `Gpu::call_adapter`.
fn name(info: &wgpu::AdapterInfo) -> String {
    [&info.name, &info.driver_info, &info.driver]
        .into_iter()
        .find(|said| !said.trim().is_empty())
        .map_or_else(|| "an adapter without a name".to_owned(), |said| said.trim().to_owned())
}
