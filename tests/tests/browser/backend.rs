//! Where the model runs: chosen, shown, lost and rebuilt.

use anyhow::{Context, Result, ensure};
use tests::browser::{AskPage, BrowserKind, GpuWork, Status, spec, spec_in};

use crate::asking::{QUESTION, show_as_large};
use crate::examples::{Example, ask_first_example};

/// The image of the example that these specs use.
const LIMB: &str = "limb.png";
const ON_THE_CPU: &str = "B. transverse fracture";

/// The number of that example on the page, counted from 0.
fn limb() -> Result<usize> {
    let number = Example::all()?.iter().position(|example| example.file == LIMB);
    number.with_context(|| format!("the page has no example {LIMB}"))
}

async fn ask_about_limb(page: &AskPage<'_>) -> Result<()> {
    let turn = page.click_example(limb()?).await?;
    ensure!(turn.end == "end-of-turn", "the answer ended otherwise: {turn:?}");
    ensure!(turn.answer == ON_THE_CPU, "expected {ON_THE_CPU:?}, was answered {:?}", turn.answer);
    Ok(())
}

#[test]
fn on_webgpu_the_example_is_answered_as_on_the_cpu_in_chromium() -> Result<()> {
    on_webgpu_the_example_is_answered_as_on_the_cpu(BrowserKind::ChromiumOnSwiftShader)
}

#[test]
fn on_webgpu_the_example_is_answered_as_on_the_cpu_in_firefox() -> Result<()> {
    on_webgpu_the_example_is_answered_as_on_the_cpu(BrowserKind::FirefoxOnLavapipe)
}

fn on_webgpu_the_example_is_answered_as_on_the_cpu(kind: BrowserKind) -> Result<()> {
    spec_in(kind, "on-webgpu", async |ground| {
        GpuWork::count(&ground.browser).await?;
        let page = AskPage::open_on(ground, "cpu").await?;
        ensure!(page.backend_choice().await? == "cpu");
        let on_cpu = page.status(Status::Backend).await?;
        ask_about_limb(&page).await?;
        ensure!(
            GpuWork::n_submits(&ground.browser).await? == 0,
            "the GPU had work, though the CPU was chosen"
        );

        let page = AskPage::open_on(ground, "webgpu").await?;
        ensure!(page.backend_choice().await? == "webgpu");
        let on_gpu = page.status(Status::Backend).await?;
        ensure!(!on_gpu.is_empty() && on_gpu != on_cpu, "both backends are called {on_gpu:?}");
        let why = page.backend_why().await?;
        ensure!(why.contains("WebGPU") && why.contains("as chosen"), "the settings say {why:?}");
        let before = GpuWork::n_submits(&ground.browser).await?;
        ask_about_limb(&page).await?;
        let n_submits = GpuWork::n_submits(&ground.browser).await?;
        ensure!(n_submits > before, "the GPU had nothing to do with the answer");
        ground.browser.screenshot(&format!("w1-answered-{}", kind.name())).await.map(drop)
    })
}

#[test]
fn the_pages_own_choice_on_a_software_adapter_is_the_cpu_and_it_says_why() -> Result<()> {
    for kind in BrowserKind::WITH_WEBGPU {
        spec_in(kind, "own-choice", async |ground| {
            let page = AskPage::open_and_wait_until_ready(ground).await?;
            page.wait_until_backend("cpu").await?;
            ensure!(page.backend_choice().await? == "measured");
            // The figures of both.
            let why = page.backend_why().await?;
            let told = why.starts_with("On the CPU")
                && why.contains("WebGPU on")
                && why.matches("GB/s").count() == 2;
            ensure!(told, "the settings say {why:?}");
            ask_about_limb(&page).await
        })?;
    }
    Ok(())
}

#[test]
fn another_choice_moves_the_model_and_keeps_image_and_conversation() -> Result<()> {
    spec_in(BrowserKind::ChromiumOnSwiftShader, "choose", async |ground| {
        let page = AskPage::open_on(ground, "cpu").await?;
        ask_about_limb(&page).await?;
        let image = page.text("#image-info").await?;
        page.choose_backend("webgpu").await?;
        ensure!(page.n_turns().await? == 1, "the conversation did not come along");
        let there = page.text("#image-info").await?;
        ensure!(there == image, "the image {image:?} became {there:?}");
        page.type_question(QUESTION).await?;
        let on_gpu = page.ask_and_wait().await?;
        ensure!(on_gpu.end == "end-of-turn" && !on_gpu.answer.is_empty(), "{on_gpu:?}");
        page.choose_backend("cpu").await?;
        ensure!(page.n_turns().await? == 2);
        page.open_settings().await?;
        ground.browser.screenshots("w2-choice").await
    })
}

#[test]
fn a_device_lost_in_the_middle_of_an_answer_is_rebuilt_and_the_answer_completed_in_chromium() -> Result<()> {
    a_lost_device_is_rebuilt(BrowserKind::ChromiumOnSwiftShader)
}

#[test]
fn a_device_lost_in_the_middle_of_an_answer_is_rebuilt_and_the_answer_completed_in_firefox() -> Result<()> {
    a_lost_device_is_rebuilt(BrowserKind::FirefoxOnLavapipe)
}

fn a_lost_device_is_rebuilt(kind: BrowserKind) -> Result<()> {
    spec_in(kind, "lost-device", async |ground| {
        let page = AskPage::open_on(ground, "webgpu").await?;
        ask_about_limb(&page).await?;
        page.type_question(QUESTION).await?;
        let undisturbed = page.ask_and_wait().await?;
        ensure!(undisturbed.end == "end-of-turn", "{undisturbed:?}");

        for stage in ["encoding", "prefill", "answering"] {
            page.new_conversation().await?;
            page.observe_rebuilding().await?;
            if stage == "encoding" {
                page.drop_image(&Example::of(LIMB)?.image()?).await?;
            }
            page.lose_device_at(stage).await?;
            page.type_question(QUESTION).await?;
            let turn = page.ask_and_wait().await?;
            ensure!(turn.end == "end-of-turn", "lost while {stage}: {turn:?}");
            ensure!(
                turn.answer == undisturbed.answer,
                "lost while {stage}: {:?} instead of {:?}",
                turn.answer,
                undisturbed.answer
            );
            let said = page.observed_rebuilding().await?;
            ensure!(
                said.iter().any(|text| text.contains("was lost") && text.contains("goes on")),
                "lost while {stage}, the page said {said:?}"
            );
        }
        // The conversation stays, and later answers run on the new device.
        ask_about_limb(&page).await?;
        page.wait_until_backend("webgpu").await
    })
}

#[test]
fn a_crash_of_the_gpu_process_in_the_middle_of_an_answer_is_survived() -> Result<()> {
    spec_in(BrowserKind::ChromiumOnSwiftShader, "gpu-crash", async |ground| {
        let page = AskPage::open_on(ground, "webgpu").await?;
        page.drop_image(&Example::of(LIMB)?.image()?).await?;
        // So that it takes long enough for a driver to interrupt.
        show_as_large(&page, 256).await?;
        page.type_question(QUESTION).await?;
        page.observe_rebuilding().await?;
        page.ask().await?;
        page.wait_until_job("encoding").await?;
        ground.browser.crash_gpu().await?;
        let turn = page.wait_for_end().await?;
        ensure!(turn.end == "end-of-turn" && !turn.answer.is_empty(), "{turn:?}");
        let said = page.observed_rebuilding().await?;
        ensure!(said.iter().any(|text| text.contains("was lost")), "the page said {said:?}");
        Ok(())
    })
}

#[test]
fn without_webgpu_the_page_says_so_and_answers_on_the_cpu() -> Result<()> {
    spec("no-webgpu", async |ground| {
        let page = AskPage::open_and_wait_until_ready(ground).await?;
        ensure!(page.has_no_webgpu().await?, "this spec is about a browser without WebGPU");
        page.wait_until_backend("cpu").await?;
        let why = page.backend_why().await?;
        ensure!(why.starts_with("On the CPU") && why.contains("WebGPU"), "the settings say {why:?}");
        ensure!(!page.can_choose_backend("webgpu").await?, "WebGPU can be chosen where there is none");
        ask_first_example(&page).await?;

        // If an address asks for it nevertheless, the page says so and runs on the CPU.
        let page = AskPage::open_at(ground, "?backend=webgpu").await?;
        let message = page.wait_for_message().await?;
        ensure!(message.text.contains("WebGPU"), "{message:?}");
        page.close_message().await?;
        page.wait_until_backend("cpu").await?;
        page.wait_until_model("ready").await?;
        ask_first_example(&page).await
    })
}

#[test]
fn an_answer_on_webgpu_is_profiled_kernel_by_kernel() -> Result<()> {
    spec_in(BrowserKind::ChromiumOnSwiftShader, "profile", async |ground| {
        let page = AskPage::open_on(ground, "webgpu").await?;
        page.profile().await?;
        ask_about_limb(&page).await?;
        let rows = page.profile_rows().await?;
        ensure!(rows.len() > 4, "an answer takes more kernels than {rows:?}");
        let figures = rows
            .iter()
            .all(|row| row.len() > 2 && row[1..].iter().any(|cell| cell.contains(char::is_numeric)));
        ensure!(figures, "a kernel has no figures: {rows:?}");
        page.open_settings().await?;
        ground.browser.screenshots("w3-profile").await
    })
}
