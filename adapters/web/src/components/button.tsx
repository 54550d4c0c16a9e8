import { forwardRef, type ButtonHTMLAttributes } from "react";

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: "plain" | "primary" | "danger" | "quiet";
}

/** Every button of the page. It submits nothing unless told to. */
export const Button = forwardRef<HTMLButtonElement, Props>(function Button(
  { look = "plain", className = "", type = "button", ...rest },
  ref,
) {
  return <button ref={ref} type={type} className={`button ${className}`} data-look={look} {...rest} />;
});
