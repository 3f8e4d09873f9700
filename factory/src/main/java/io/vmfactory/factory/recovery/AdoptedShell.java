package io.vmfactory.factory.recovery;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.template.Shell;
import io.vmfactory.template.TemplateException;
import io.vmfactory.vmm.Vm;
import java.util.concurrent.CompletableFuture;

/**
 * A shell of an earlier daemon whose device state is not loaded yet. Each daemon loads the
 * templates again, which takes seconds; a shell can be taken over meanwhile.
 *
 * @param vm INCOMING
 * @param digest digest of the snapshot whose memory it has, from the journal
 * @param whole the shell with the state of the snapshot that is stored now
 */
record AdoptedShell(Vm vm, String digest, CompletableFuture<Shell> whole) implements Shell {
  @Override
  public void load(Laps laps, Deadline deadline) {
    found(deadline).load(laps, deadline);
  }

  private Shell found(Deadline deadline) {
    try {
      Shell found = deadline.await(whole, "the template of a shell of an earlier daemon");
      if (!found.digest().equals(digest)) {
        throw new TemplateException(
            TemplateException.Reason.NOT_FOUND,
            "the template was rebuilt before this daemon loaded it");
      }
      return found;
    } catch (RuntimeException e) {
      vm.kill();
      throw e;
    }
  }
}
