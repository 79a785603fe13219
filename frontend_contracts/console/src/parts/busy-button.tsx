import type { ComponentProps } from "react";

interface BusyButtonProps extends Omit<ComponentProps<"button">, "disabled" | "onClick"> {
  busy: boolean;
  onClick: () => unknown;
}

/**
 * A button that rests while it is busy. It keeps the focus, which one that is disabled loses.
 *
 * A double click is one: its second half would undo what the first did, on a button that turned
 * into its opposite meanwhile.
 */
export function BusyButton({ busy, onClick, type = "button", ...others }: BusyButtonProps) {
  return (
    <button
      {...others}
      type={type}
      aria-disabled={busy}
      onClick={({ detail }) => !busy && detail < 2 && onClick()}
    />
  );
}
