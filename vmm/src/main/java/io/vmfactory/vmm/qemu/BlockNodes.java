package io.vmfactory.vmm.qemu;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.vmm.qmp.BlockCommands;
import io.vmfactory.vmm.qmp.BlockCommands.Job;
import io.vmfactory.vmm.qmp.BlockCommands.Node;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Lists the block nodes of one VM, after every job that formats a copy-on-write file has ended,
 * also jobs of an earlier daemon. A job opens the new file as a node of its own; QEMU 7.2 ends with
 * a failed assertion ({@code qcow2_get_specific_info}) when it lists that node half open.
 */
record BlockNodes(QemuMonitor monitor, QemuEvents events) {

  /**
   * Returns the nodes by name. A caller that gave up on a job has sent all commands of its undo by
   * then: it sends them at the job's last event, which comes before the reply without the job.
   */
  Map<String, Node> byName(Deadline deadline) {
    return monitor.await(list(), "the copy-on-write files to be formatted", deadline).stream()
        .collect(Collectors.toMap(Node::name, Function.identity()));
  }

  /** Completes with all nodes. */
  CompletionStage<List<Node>> list() {
    CompletionStage<?> ended = events.anyJobEnded();
    return monitor.send(BlockCommands.jobs()).thenCompose(jobs -> listAfter(jobs, ended));
  }

  private CompletionStage<List<Node>> listAfter(List<Job> jobs, CompletionStage<?> ended) {
    if (jobs.isEmpty()) {
      return monitor.send(BlockCommands.nodes());
    }
    List<Job> concluded = jobs.stream().filter(Job::concluded).toList();
    concluded.forEach(job -> monitor.send(BlockCommands.dismiss(job.id())));
    return concluded.isEmpty() ? ended.thenCompose(one -> list()) : list();
  }
}
