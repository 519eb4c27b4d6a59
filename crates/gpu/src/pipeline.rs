use kernels::{Access, Compiler, Kernel, Variant};
use wgpu::{BindGroupLayoutEntry, BindingType, BufferBindingType, ShaderStages};

const COMPILER: Compiler = if cfg!(target_arch = "wasm32") { Compiler::Browser } else { Compiler::Naga };

/// The pipeline of a kernel's variant. What wgpu refuses shows in the error scope that surrounds the call.
pub(crate) fn pipeline(device: &wgpu::Device, kernel: &Kernel, variant: &Variant) -> wgpu::ComputePipeline {
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some(kernel.name),
        source: wgpu::ShaderSource::Wgsl(kernel.source(variant, COMPILER).into()),
    });
    let group = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some(kernel.name),
        entries: &entries(kernel),
    });
    let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some(kernel.name),
        bind_group_layouts: &[Some(&group)],
        immediate_size: 0,
    });
    device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: Some(kernel.name),
        layout: Some(&layout),
        module: &module,
        entry_point: Some(Kernel::ENTRY_POINT),
        compilation_options: wgpu::PipelineCompilationOptions::default(),
        cache: None,
    })
}

fn entries(kernel: &Kernel) -> Vec<BindGroupLayoutEntry> {
    let storage = kernel
        .bindings
        .iter()
        .map(|binding| BufferBindingType::Storage { read_only: binding.access == Access::Read });
    let entry = |(binding, ty)| BindGroupLayoutEntry {
        binding,
        visibility: ShaderStages::COMPUTE,
        ty: BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
        count: None,
    };
    (0..).zip(storage.chain([BufferBindingType::Uniform])).map(entry).collect()
}
