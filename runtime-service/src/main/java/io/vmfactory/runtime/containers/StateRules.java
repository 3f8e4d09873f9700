package io.vmfactory.runtime.containers;

import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.runtime.containers.ContainerRecord.Exit;
import io.vmfactory.runtime.containers.ContainerView.State;

/** Which calls the state of a container allows. */
record StateRules(ContainerRecord record, State state) {
  void requireAlive(String verb) {
    if (state == State.STOPPED) {
      throw refused(verb, "it has stopped");
    }
  }

  void requireVm(String verb) {
    if (state == State.SUSPENDED) {
      String resume = "it is suspended; resume it first (vmfactory resume %s)";
      throw refused(verb, resume.formatted(record.sandbox()));
    }
  }

  void require(State wanted, String verb) {
    requireVm(verb);
    if (state != wanted) {
      throw refused(verb, "it is %s and must be %s".formatted(state, wanted));
    }
  }

  SandboxException refused(String verb, String why) {
    return new SandboxException(
        Reason.WRONG_STATE, "cannot %s container %s: %s".formatted(verb, record.name(), why));
  }

  /**
   * Returns whether a call was made before. Keepers repeat calls whose answer they have not got,
   * and make no others that the state does not allow.
   */
  boolean isRepeated(State reached) {
    return record.keeper() != null && state == reached;
  }

  /** Returns whether it was started before. */
  boolean hasRun() {
    Exit exit = record.exit();
    return isRepeated(State.RUNNING)
        || (isRepeated(State.STOPPED) && exit != null && exit.reason().isEmpty());
  }
}
