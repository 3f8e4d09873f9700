package io.vmfactory.client.sandbox;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.ContainerInfo;
import io.vmfactory.guest.ContainerStats;
import io.vmfactory.guest.ProcessInfo;
import java.util.List;

/** What a container is and does: the half of a {@link Container} that changes nothing. */
public interface ContainerView {
  /** Its id, unique in its sandbox. */
  String id();

  /** How it is now, as its guest says. */
  ContainerInfo status(Deadline deadline);

  /** What it uses. */
  ContainerStats stats(Deadline deadline);

  /** The processes in it, by pid. */
  List<ProcessInfo> processes(Deadline deadline);

  /** Its first process: what it was made for. */
  ContainerProcess process();

  /** A process that {@link Container#exec} has started, here or elsewhere, by its id. */
  ContainerProcess process(String execId);
}
