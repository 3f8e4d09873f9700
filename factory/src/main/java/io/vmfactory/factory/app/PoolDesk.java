package io.vmfactory.factory.app;

import io.vmfactory.configs.PoolConfig.Count;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.stock.PoolView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What operators can ask about the pools of VMs kept ready. */
public interface PoolDesk {
  /**
   * Changes how many VMs are kept, until this daemon ends; fills drained pools again.
   *
   * @return the pools concerned
   */
  List<PoolView> resize(Peer client, PoolResize request);

  /**
   * Ends the idle VMs and keeps none until {@link #resize}. After the deadline the pools go on
   * draining.
   *
   * @param templateKey key, a prefix of at least 8 digits, name, or {@code name:version}; empty =
   *     every template
   * @return the pools concerned
   */
  List<PoolView> drain(Peer client, String templateKey, Deadline deadline);

  /**
   * A request for other numbers of VMs kept.
   *
   * @param templateKey key, a prefix of at least 8 digits, name, or {@code name:version}; empty =
   *     every template without a name, later ones too
   * @param warm null = as before
   * @param shells null = as before
   */
  record PoolResize(String templateKey, @Nullable Count warm, @Nullable Count shells) {}
}
