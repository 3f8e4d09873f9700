package io.vmfactory.bench.cases;

import io.vmfactory.api.v1.CreateTemplateProgress;
import io.vmfactory.api.v1.CreateTemplateRequest;
import io.vmfactory.api.v1.Template;
import io.vmfactory.bench.report.Boundary;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Recorder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Measures the build of a template from nothing: a boot, and the steps until clones can be made
 * from it.
 */
final class TemplateBuildCase implements BenchCase {
  private static final String BUILD = "build";
  private static final double KIB_IN_MIB = 1024;
  private static final Pattern ZEROED = Pattern.compile("(\\d+) MiB zeroed");

  /** One build. */
  private record Build(Template template, double zeroedMib) {}

  @Override
  public String name() {
    return "template-build";
  }

  @Override
  public String summary() {
    return "a template built again, step by step, and how large it is";
  }

  @Override
  public CaseSettings control(Scale scale) {
    return CaseSettings.of(scale.pick(7, 2, 1), 0, Duration.ofMinutes(10));
  }

  @Override
  public void run(Bench bench, CaseSettings control, Recorder out) throws IOException {
    Deque<Build> builds = new ArrayDeque<>();
    bench.rounds(control, out, "template", samples -> builds.add(build(bench, samples)));
    Template last = builds.getLast().template();
    out.gauge("memory file", "MiB", last.getMemoryKib() / KIB_IN_MIB);
    out.gauge("device state", "KiB", last.getStateKib());
    out.gauge("zeroed by the guest", "MiB", builds.getLast().zeroedMib());
    out.finding("template-memory", last.getMemoryKib() / KIB_IN_MIB);
  }

  private static Build build(Bench bench, Recorder out) {
    Queue<CreateTemplateProgress> reported = new ConcurrentLinkedQueue<>();
    CreateTemplateRequest again = CreateTemplateRequest.newBuilder().setReplace(true).build();
    long start = System.nanoTime();
    Template template = bench.client().templates().create(again, reported::add, bench.deadline());
    out.sample(BUILD, TimedVm.READY, Boundary.READY, (System.nanoTime() - start) / 1000);
    List<CreateTemplateProgress> steps =
        reported.stream().filter(step -> step.getDone() && !step.getStep().isEmpty()).toList();
    steps.forEach(step -> out.sample(BUILD, step.getStep(), Boundary.STEP, step.getMicros()));
    return new Build(template, zeroed(steps));
  }

  /** Reads the number from the step's detail, which is for people; returns 0 if it has none. */
  private static double zeroed(List<CreateTemplateProgress> steps) {
    return steps.stream()
        .map(step -> ZEROED.matcher(step.getDetail()))
        .filter(Matcher::find)
        .mapToDouble(found -> Double.parseDouble(found.group(1)))
        .findFirst()
        .orElse(0);
  }
}
