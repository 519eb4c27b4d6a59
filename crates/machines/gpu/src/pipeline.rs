//! Pipelines and bind groups, each made once and then cached.

use std::collections::HashMap;

use kernels::{Access, Compiler, Kernel, PipelineKey, Variant};
use wgpu::{BindGroupLayoutEntry, BindingType, BufferBindingType, BufferSize, ShaderStages};

use crate::recording::{Bound, BufferId, Dispatch};

const COMPILER: Compiler = if cfg!(target_arch = "wasm32") { Compiler::Browser } else { Compiler::Naga };

/// How many bind groups are cached. A decoding step needs the same ones as the step before.
const MAX_GROUPS: usize = 4096;

/// The caches.
#[derive(Debug, Default)]
pub(crate) struct Pipelines {
    layouts: HashMap<&'static str, wgpu::BindGroupLayout>,
    pipelines: HashMap<PipelineKey, wgpu::ComputePipeline>,
    /// By kernel and buffers.
    groups: HashMap<&'static str, HashMap<Vec<Bound>, wgpu::BindGroup>>,
    n_groups: usize,
}

/// A dispatch that can be encoded. It holds handles of its own, so the caches may change before it is.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) pipeline: wgpu::ComputePipeline,
    pub(crate) group: wgpu::BindGroup,
    pub(crate) workgroups: [u32; 3],
}

impl Pipelines {
    /// Whether the dispatch's pipeline has been made.
    pub(crate) fn has(&self, dispatch: &Dispatch) -> bool {
        self.pipelines.contains_key(&dispatch.launch.pipeline())
    }

    /// Takes pipeline and bind group from the caches, or makes them. The error scope around the call catches what wgpu refuses.
    pub(crate) fn ready(
        &mut self,
        device: &wgpu::Device,
        dispatch: &Dispatch,
        params: &wgpu::Buffer,
        buffers: &HashMap<BufferId, wgpu::Buffer>,
    ) -> Ready {
        let kernel = dispatch.launch.kernel;
        let layout = self.layouts.entry(kernel.name).or_insert_with(|| layout(device, kernel));
        let pipeline = self
            .pipelines
            .entry(dispatch.launch.pipeline())
            .or_insert_with(|| pipeline(device, layout, kernel, &dispatch.launch.variant))
            .clone();
        let workgroups = dispatch.launch.workgroups;
        let of_kernel = self.groups.entry(kernel.name).or_default();
        // A lookup that does not copy the key: a decoding step does two hundred.
        if let Some(group) = of_kernel.get(dispatch.bindings.as_slice()) {
            return Ready { pipeline, group: group.clone(), workgroups };
        }
        let group = group(device, layout, dispatch, params, buffers);
        of_kernel.insert(dispatch.bindings.clone(), group.clone());
        self.n_groups += 1;
        if self.n_groups > MAX_GROUPS {
            self.groups.clear();
            self.n_groups = 0;
        }
        Ready { pipeline, group, workgroups }
    }

    /// Forgets the bind groups of a buffer that was destroyed.
    pub(crate) fn forget(&mut self, id: BufferId) {
        for of_kernel in self.groups.values_mut() {
            of_kernel.retain(|bindings, _| bindings.iter().all(|bound| bound.buffer != id));
        }
        self.n_groups = self.groups.values().map(HashMap::len).sum();
    }
}

fn group(
    device: &wgpu::Device,
    layout: &wgpu::BindGroupLayout,
    dispatch: &Dispatch,
    params: &wgpu::Buffer,
    buffers: &HashMap<BufferId, wgpu::Buffer>,
) -> wgpu::BindGroup {
    let kernel = dispatch.launch.kernel;
    let storage = dispatch
        .bindings
        .iter()
        .filter_map(|bound| buffers.get(&bound.buffer).map(|buffer| (buffer, bound.n_bytes)));
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
    // All parameters of a submission are in one buffer, so that a bind group stays valid when the numbers change.
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
