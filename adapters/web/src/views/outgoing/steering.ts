/** The commands of a card. */
export type Steering = "pause" | "resume" | "release" | "cancel";
