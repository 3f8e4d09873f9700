package io.vmfactory.template;

/** The steps of a build, in order. */
enum BuildStep {
  FINGERPRINT("fingerprint"),
  BOOT("boot"),
  AGENT("agent answers"),
  FEATURES("agent features"),
  QUIESCE("quiesce"),
  CLOCK("guest clock"),
  DISCONNECT("disconnect"),
  STOP("stop"),
  SAVE("save device state"),
  WRITE("digest and write"),
  PUBLISH("publish");

  private final String label;

  BuildStep(String label) {
    this.label = label;
  }

  /** Returns the position of the step among all steps, from 1. */
  @SuppressWarnings("EnumOrdinal") // the order of the constants is the order of the steps
  int number() {
    return ordinal() + 1;
  }

  /** Returns the name of the step as people read it. */
  String label() {
    return label;
  }
}
