package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.SnapshotRequest;
import io.vmfactory.factory.request.TemplateView;
import io.vmfactory.template.BuildListener;
import io.vmfactory.template.TemplateInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What clients can ask about templates. */
public interface TemplateDesk {
  /** Builds a template of the configured spec. */
  TemplateInfo create(TemplateRequest request, Deadline deadline);

  /** Stores a leased VM as the next version of a named template. */
  StoredVm snapshot(Peer client, SnapshotRequest request, Deadline deadline);

  /** Lists the templates in the store that a client may use. */
  List<TemplateView> list(Peer client);

  /**
   * Returns a template that a client may use.
   *
   * @param template key, a prefix of at least 8 digits, name, or {@code name:version}
   */
  TemplateView get(Peer client, String template);

  /** Makes another version of a name the one that the bare name means. Returns it. */
  TemplateView rollBack(Peer client, String name, int version);

  /**
   * Deletes a template, or all versions of a name, and ends the VMs that are kept of them.
   *
   * @param template as in {@link #get}
   * @return the keys, hex; of a name, that of the current version first
   */
  List<String> delete(Peer client, String template, Deadline deadline);

  /**
   * Deletes the versions that are not the current ones of their names.
   *
   * @param name empty = of every name that the client may change
   * @param keep this many of the newest old versions of each name stay
   */
  Pruned prune(Peer client, String name, int keep, Deadline deadline);

  /**
   * What was pruned.
   *
   * @param freedBytes bytes of disk
   */
  record Pruned(List<TemplateView> removed, long freedBytes) {
    public Pruned {
      removed = List.copyOf(removed);
    }
  }

  /**
   * A request for a template.
   *
   * @param vcpus null = as configured
   * @param memoryMib null = as configured
   * @param replace build again even if a usable template exists
   * @param listener gets each step
   */
  record TemplateRequest(
      @Nullable Integer vcpus,
      @Nullable Integer memoryMib,
      boolean replace,
      BuildListener listener) {}
}
