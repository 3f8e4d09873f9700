package io.vmfactory.pool.internal;

import java.util.EnumSet;
import java.util.Set;

/** The states of a slot, and the legal transitions between them. */
enum SlotState {
  /** Its value is being made. */
  ALLOCATING,
  /** The value is in stock. */
  IDLE,
  /** The value is being examined; no claimer may have it meanwhile. */
  PROBING,
  /** The value is set aside for one claimer, untouched. */
  CLAIMED,
  /** The claimer owns the value for good. */
  TAKEN,
  /** The value is being destroyed. */
  DISPOSING,
  /** The slot has ended: its value was destroyed, or never made. */
  GONE;

  boolean mayBecome(SlotState next) {
    return successors().contains(next);
  }

  private Set<SlotState> successors() {
    return switch (this) {
      case ALLOCATING -> EnumSet.of(IDLE, DISPOSING, GONE);
      case IDLE -> EnumSet.of(PROBING, CLAIMED, DISPOSING);
      case PROBING -> EnumSet.of(IDLE, DISPOSING);
      case CLAIMED -> EnumSet.of(IDLE, TAKEN, DISPOSING);
      case TAKEN -> EnumSet.of(DISPOSING);
      case DISPOSING -> EnumSet.of(GONE);
      case GONE -> EnumSet.noneOf(SlotState.class);
    };
  }
}
