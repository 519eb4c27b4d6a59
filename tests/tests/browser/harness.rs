//! Shows that the harness can fail, on small pages of its own, in each browser.

use anyhow::{Result, ensure};
use serde_json::json;
use tests::browser::{
    Asked, BrowserKind, GpuWork, OtherOrigin, Problem, Scheme, View, fixtures_folder, plain_spec_in,
};

#[test]
fn a_quiet_page_has_no_problem() -> Result<()> {
    for kind in BrowserKind::EACH_PROGRAM {
        let asked = plain_spec_in(kind, "quiet", &fixtures_folder(), async |ground| {
            ground.browser.open(&format!("{}/quiet.html", ground.origin())).await?;
            let problems = ground.browser.problems().await?;
            ensure!(problems.is_empty(), "{problems:#?}");
            Ok(())
        })?;
        ensure!(asked.is_nothing(), "{kind:?}: {asked:#?}");
    }
    Ok(())
}

#[test]
fn an_error_in_the_console_of_a_page_or_its_worker_is_seen() -> Result<()> {
    for kind in BrowserKind::EACH_PROGRAM {
        plain_spec_in(kind, "console-error", &fixtures_folder(), async |ground| {
            ground.browser.open(&format!("{}/console-errors.html", ground.origin())).await?;
            ground.browser.run_async("await window.workerEnded", &[]).await?;
            let problems = ground.browser.problems().await?;
            for expected in [
                "an error that the page logged",
                "an error that the page threw",
                "no-such-file.png",
                "an error that the worker threw",
            ] {
                let seen = problems
                    .iter()
                    .any(|p| matches!(p, Problem::ConsoleError(text) if text.contains(expected)));
                ensure!(seen, "{expected:?} was not seen: {problems:#?}");
            }
            ensure!(ground.browser.problems().await? == problems, "the second look shows another list");
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn a_request_to_another_origin_is_seen_from_the_page_and_from_its_worker() -> Result<()> {
    for kind in BrowserKind::EACH_PROGRAM {
        let other = OtherOrigin::start()?;
        let asked = plain_spec_in(kind, "other-origin", &fixtures_folder(), async |ground| {
            let script = "
                const [other] = arguments;
                await fetch(`${other}/from-page`);
                const source = `await fetch('${other}/from-worker'); postMessage('ended')`;
                const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
                await new Promise((end) => (new Worker(url, { type: 'module' }).onmessage = end));";
            ground.browser.open(&format!("{}/quiet.html", ground.origin())).await?;
            ground.browser.run_async(script, &[other.origin().into()]).await.map(drop)
        })?;
        let Asked::These(asked) = asked else { continue };
        let expected = ["from-page", "from-worker"].map(|path| format!("{}/{path}", other.origin()));
        ensure!(asked == expected, "{kind:?}: the browser's record says {asked:?}");
        for path in ["/from-page ", "/from-worker "] {
            ensure!(
                other.asked().iter().any(|line| line.contains(path)),
                "{path} did not arrive: {:?}",
                other.asked()
            );
        }
    }
    Ok(())
}

#[test]
fn each_kind_has_the_webgpu_that_it_is_named_for() -> Result<()> {
    let script = "
        const adapter = await navigator.gpu?.requestAdapter();
        return adapter ? { software: adapter.info.isFallbackAdapter, f16: adapter.features.has('shader-f16') } : null";
    let expected = [
        (BrowserKind::ChromiumWithoutWebGpu, json!(null)),
        (BrowserKind::ChromiumOnSwiftShader, json!({ "software": true, "f16": false })),
        (BrowserKind::FirefoxOnLavapipe, json!({ "software": true, "f16": true })),
    ];
    for (kind, expected) in expected {
        plain_spec_in(kind, "adapter", &fixtures_folder(), async |ground| {
            ground.browser.open(&format!("{}/quiet.html", ground.origin())).await?;
            let adapter = ground.browser.run_async(script, &[]).await?;
            ensure!(adapter == expected, "{kind:?}: expected {expected}, found {adapter}");
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn what_a_worker_has_its_gpu_do_is_counted() -> Result<()> {
    for kind in BrowserKind::WITH_WEBGPU {
        plain_spec_in(kind, "gpu-work", &fixtures_folder(), async |ground| {
            GpuWork::count(&ground.browser).await?;
            ground.browser.open(&format!("{}/quiet.html", ground.origin())).await?;
            let script = "
                const source = `
                  const device = await (await navigator.gpu.requestAdapter()).requestDevice();
                  onmessage = () => { device.queue.submit([]); device.queue.submit([]); postMessage('submitted'); };
                  postMessage('ready');`;
                const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
                window.worker = new Worker(url, { type: 'module' });
                await new Promise((end) => (worker.onmessage = end));";
            ground.browser.run_async(script, &[]).await?;
            ensure!(
                GpuWork::n_submits(&ground.browser).await? == 0,
                "{kind:?}: counted before there was any work"
            );
            let work = "worker.postMessage(0); await new Promise((end) => (worker.onmessage = end));";
            ground.browser.run_async(work, &[]).await?;
            let n_submits = GpuWork::n_submits(&ground.browser).await?;
            ensure!(n_submits == 2, "{kind:?}: counted {n_submits} of 2");
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn a_crash_of_the_gpu_process_loses_the_device() -> Result<()> {
    plain_spec_in(BrowserKind::ChromiumOnSwiftShader, "crash", &fixtures_folder(), async |ground| {
        ground.browser.open(&format!("{}/quiet.html", ground.origin())).await?;
        let open = "window.device = await (await navigator.gpu.requestAdapter()).requestDevice()";
        ground.browser.run_async(&format!("{open};"), &[]).await?;
        ground.browser.crash_gpu().await?;
        let reason = ground.browser.run_async("return (await device.lost).reason", &[]).await?;
        ensure!(reason == "unknown", "{reason}");
        // A new one is there at once.
        ground
            .browser
            .run_async(&format!("{open}; await device.queue.onSubmittedWorkDone();"), &[])
            .await
            .map(drop)
    })
    .map(drop)
}

#[test]
fn view_and_colours_are_what_was_asked_for() -> Result<()> {
    for kind in BrowserKind::EACH_PROGRAM {
        plain_spec_in(kind, "views", &fixtures_folder(), async |ground| {
            ground.browser.open(&format!("{}/quiet.html", ground.origin())).await?;
            for (view, width_px) in [(View::Phone, 390), (View::Desktop, 1280)] {
                for scheme in [Scheme::Dark, Scheme::Light] {
                    ground.browser.look_at(view, scheme).await?;
                    let script = "
                        const isDark = matchMedia('(prefers-color-scheme: dark)').matches;
                        return window.innerWidth === arguments[0] && isDark === arguments[1] || null";
                    let expected = [json!(width_px), json!(scheme == Scheme::Dark)];
                    let what = format!("{kind:?} shows {view:?} in {scheme:?}");
                    let look = async || Ok(ground.browser.run(script, &expected).await?.as_bool());
                    ground.browser.wait_for(&what, look).await?;
                }
            }
            Ok(())
        })?;
    }
    Ok(())
}
