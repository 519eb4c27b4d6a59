//! Pipelines and bind groups, each made once.

use std::collections::HashMap;

use kernels::{Access, Compiler, Kernel, PipelineKey, Variant};
use wgpu::{BindGroupLayoutEntry, BindingType, BufferBindingType, BufferSize, ShaderStages};

use crate::recording::{Bound, BufferId, Dispatch};

const COMPILER: Compiler = if cfg!(target_arch = "wasm32") { Compiler::Browser } else { Compiler::Naga };

/// Bind groups that are kept; a decoding step makes the same ones as the step before.
const MAX_GROUPS: usize = 4096;

/// What dispatches need besides their buffers.
#[derive(Debug, Default)]
pub(crate) struct Pipelines {
    layouts: HashMap<&'static str, wgpu::BindGroupLayout>,
    pipelines: HashMap<PipelineKey, wgpu::ComputePipeline>,
    groups: HashMap<(&'static str, Vec<Bound>), wgpu::BindGroup>,
}

impl Pipelines {
    /// Whether the dispatch's pipeline has been made.
    pub(crate) fn has(&self, dispatch: &Dispatch) -> bool {
        self.pipelines.contains_key(&dispatch.launch.pipeline())
    }

    /// Makes what the dispatch needs and is not there yet. What wgpu refuses shows in the scope that surrounds the call.
    pub(crate) fn prepare(
        &mut self,
        device: &wgpu::Device,
        dispatch: &Dispatch,
        params: &wgpu::Buffer,
        buffer: impl Fn(BufferId) -> Option<wgpu::Buffer>,
    ) {
        let kernel = dispatch.launch.kernel;
        let layout = self.layouts.entry(kernel.name).or_insert_with(|| layout(device, kernel));
        self.pipelines
            .entry(dispatch.launch.pipeline())
            .or_insert_with(|| pipeline(device, layout, kernel, &dispatch.launch.variant));
        if self.groups.len() >= MAX_GROUPS {
            self.groups.clear();
        }
        let key = (kernel.name, dispatch.bindings.clone());
        self.groups.entry(key).or_insert_with(|| {
            let buffers: Vec<_> = dispatch.bindings.iter().filter_map(|b| buffer(b.buffer)).collect();
            let storage =
                buffers.iter().zip(&dispatch.bindings).map(|(buffer, bound)| (buffer, bound.n_bytes));
            let uniform = (params, params_bytes(kernel));
            let entries: Vec<_> = (0..)
                .zip(storage.chain([uniform]))
                .map(|(binding, (buffer, n_bytes))| wgpu::BindGroupEntry {
                    binding,
                    resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                        buffer,
                        offset: 0,
                        size: BufferSize::new(n_bytes),
                    }),
                })
                .collect();
            device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some(kernel.name),
                layout,
                entries: &entries,
            })
        });
    }

    /// What [`prepare`](Pipelines::prepare) made.
    pub(crate) fn of(&self, dispatch: &Dispatch) -> Option<(&wgpu::ComputePipeline, &wgpu::BindGroup)> {
        let key = (dispatch.launch.kernel.name, dispatch.bindings.clone());
        self.pipelines.get(&dispatch.launch.pipeline()).zip(self.groups.get(&key))
    }

    /// A buffer is no more.
    pub(crate) fn forget(&mut self, id: BufferId) {
        self.groups.retain(|(_, bindings), _| bindings.iter().all(|bound| bound.buffer != id));
    }
}

fn params_bytes(kernel: &Kernel) -> u64 {
    4 * kernel.params.len().next_multiple_of(4) as u64
}

fn layout(device: &wgpu::Device, kernel: &Kernel) -> wgpu::BindGroupLayout {
    let storage = kernel.bindings.iter().map(|binding| BindingType::Buffer {
        ty: BufferBindingType::Storage { read_only: binding.access == Access::Read },
        has_dynamic_offset: false,
        min_binding_size: None,
    });
    // The parameters of a whole submission are one buffer, so that a bind group outlives its numbers.
    let uniform = BindingType::Buffer {
        ty: BufferBindingType::Uniform,
        has_dynamic_offset: true,
        min_binding_size: None,
    };
    let entry =
        |(binding, ty)| BindGroupLayoutEntry { binding, visibility: ShaderStages::COMPUTE, ty, count: None };
    let entries: Vec<_> = (0..).zip(storage.chain([uniform])).map(entry).collect();
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some(kernel.name),
        entries: &entries,
    })
}

fn pipeline(
    device: &wgpu::Device,
    layout: &wgpu::BindGroupLayout,
    kernel: &Kernel,
    variant: &Variant,
) -> wgpu::ComputePipeline {
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some(kernel.name),
        source: wgpu::ShaderSource::Wgsl(kernel.source(variant, COMPILER).into()),
    });
    let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some(kernel.name),
        bind_group_layouts: &[Some(layout)],
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
