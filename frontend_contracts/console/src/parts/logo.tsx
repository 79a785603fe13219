/** The name with its sign. */
export function Logo() {
  return (
    <span className="logo">
      <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
        <rect width="32" height="32" rx="8" className="logo-back" />
        <circle cx="16" cy="16" r="8.5" className="logo-line" />
        <path d="M19 13 25.500 6.500M20.500 6.500h5v5" className="logo-line" />
      </svg>
      Outdial
    </span>
  );
}
